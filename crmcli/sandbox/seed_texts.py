"""The sandbox's shop, which sells outdoor gear: its settings and products, and who writes to it in which language.

What is filled into the conversations is told in `seed_talks`. Saved replies have variables in two braces, which stay.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import cycle, islice

SHOP = "Cedar Ridge Outfitters"
STAFF = (("Maya Torres", "maya"), ("Sam Okafor", "sam"), ("Lena Brandt", "lena"))

ORDERS, ABROAD, RETURNS, REPAIRS, ADVICE, WHOLESALE, WEBSITE = 2, 3, 5, 6, 8, 9, 11
DEPARTMENTS = (
    (ORDERS, "Orders", True),
    (ABROAD, "Orders abroad", True),
    (RETURNS, "Returns", True),
    (REPAIRS, "Repairs and warranty", True),
    (ADVICE, "Product advice", True),
    (WHOLESALE, "Wholesale", False),
    (WEBSITE, "Website", True),
)

# A status has two numbers, and which of them the API means where is easily mixed up: here each Id but the last is also
# the StatusId of another status, so that a mix-up gives a wrong name and not an error.
NEW, OPEN, ANSWERED, WAITING, SUPPLIER, CLOSED, SPAM, ARCHIVED = 3, 1, 4, 6, 7, 5, 2, 0
STATUSES: tuple[tuple[int, int, str], ...] = (
    (1, NEW, "New"),
    (2, OPEN, "Open"),
    (3, ANSWERED, "Answered"),
    (4, WAITING, "Waiting for customer"),
    (5, SUPPLIER, "Waiting for supplier"),
    (6, CLOSED, "Closed"),
    (7, SPAM, "Spam"),
    (8, ARCHIVED, "Archived"),
)

# What the platform gives a new shop, as far as is known (wire-facts section 6), and which of them a ticket then has.
PLATFORM_STATUSES: tuple[tuple[int, int, str], ...] = (
    (1, 1, "New"),
    (2, 2, "In Process"),
    (3, 3, "On Hold"),
    (4, 4, "Completed"),
)
ON_THE_PLATFORM = {NEW: 1, OPEN: 2, ANSWERED: 2, WAITING: 3, SUPPLIER: 3, CLOSED: 4, SPAM: 4, ARCHIVED: 4}

PRODUCTS = {
    101: ("Larch 2", "tent"),
    102: ("Larch 4", "tent"),
    115: ("Fellside 45", "backpack"),
    118: ("Fellside 65", "backpack"),
    130: ("Hollow -7", "sleeping bag"),
    131: ("Hollow +5", "sleeping bag"),
    144: ("Ember", "stove"),
    152: ("Scree Mid", "boots"),
    153: ("Scree Low", "shoes"),
    160: ("Drizzle", "rain jacket"),
    171: ("Wick", "merino shirt"),
    188: ("Pocket Sun", "headlamp"),
    190: ("Brook", "water filter"),
    204: ("Heron", "trekking poles"),
}

_HELLO = "Hello {{customer_name}},\n\n"
_BYE = "\n\nKind regards,\n" + SHOP
REPLIES = (
    (1, "Shipping delay", "thank you for your patience. Order {{order}} left us later than planned and is on its way "
        "now: {{tracking}}. We are sorry for the wait."),
    (2, "Where is my order", "order {{order}} has been handed to the carrier. You can follow it with this number: "
        "{{tracking}}. It may take a day until the first scan shows."),
    (4, "Order shipped", "good news: order {{order}} left our warehouse today. Tracking number: {{tracking}}."),
    (5, "Address changed", "we have changed the address of order {{order}}. Nothing else is needed from you."),
    (6, "Order cancelled", "order {{order}} is cancelled as you asked. The money is back within five working days."),
    (8, "Return label", "of course you can send it back. The label is attached; please put a note with the number "
        "{{ticket}} into the box."),
    (9, "Refund sent", "your return for order {{order}} has arrived and we have refunded you today. Banks usually need "
        "three to five days."),
    (10, "Exchange for another size", "we have put the other size aside. Send yours back with the attached label and "
        "we ship the new one as soon as the carrier has scanned the box."),
    (12, "Warranty: photos needed", "could you answer this mail with two or three photos of the damage, and one of the "
        "label inside? Please keep {{ticket}} in the subject."),
    (13, "Out of stock", "this one is sold out at the moment. We expect the next delivery in about three weeks; shall "
        "we write to you then?"),
    (15, "Tax exemption", "please send us your certificate as a PDF, and we will mark your account as exempt."),
    (16, "Closing this ticket", "we have not heard from you for a while and take it that '{{subject}}' is settled. Just "
        "answer this mail if it isn't."),
)  # fmt: skip
SAVED_REPLIES = tuple((number, title, _HELLO + text + _BYE) for number, title, text in REPLIES)


@dataclass(frozen=True)
class Talk:
    """A conversation: turns, the customer's first, then by turns; of each turn there are several wordings."""

    department: int
    subjects: tuple[str, ...]
    turns: tuple[tuple[str, ...], ...]
    products: tuple[int, ...] = ()
    customer_file: str = ""  # comes with the first turn
    staff_file: str = ""  # comes with the second


_FIRST = """
    Emma Noah Grace Liam Chloe Owen Hannah Marcus Priya Daniel Rosa Henry Aisha Peter Nora Caleb Ingrid Walter Joan Felix
    Tessa Victor Amara Simon Ruth Dylan Mei Arthur Clara Jonas Keisha Ben Fiona Isaac Lydia Omar Paula Quentin Sasha Tom
"""
_LAST = """
    Whitfield Hartley Nakamura Okoye Sullivan Berg Castillo Dunn Eriksen Fontaine Gallagher Huang Ivanova Jensen Kaplan
    Lowell Mbeki Novak Ortega Pruitt Quinn Rossi Stanton Turner Underhill Vance Winslow Xu Yates Zimmer Abbott Brandt Crowe
    Delgado Ellery Frost Greene
"""
# By language: the name, the front of the mail address, and how one addresses them.
PEOPLE = {
    "en": tuple(
        (f"{first} {last}", f"{first}.{last}".lower(), first)
        for first, last in islice(zip(cycle(_FIRST.split()), cycle(_LAST.split())), 150)
    ),
    "es": (
        ("Lucía Fernández", "lucia.fernandez", "Lucía"),
        ("José Ángel Muñoz", "ja.munoz", "José Ángel"),
        ("Íñigo Peña", "inigo.pena", "Íñigo"),
    ),
    "de": (
        ("Jürgen Weiß", "juergen.weiss", "Herr Weiß"),
        ("Anneliese Krämer", "a.kraemer", "Frau Krämer"),
        ("Sören Großmann", "soeren.grossmann", "Herr Großmann"),
    ),
    "fr": (
        ("Hélène Lefèvre", "helene.lefevre", "Hélène"),
        ("François Noël", "francois.noel", "François"),
        ("Maëlle D'Hœraene", "maelle", "Maëlle"),
    ),
    "pt": (
        ("João Gonçalves", "joao.goncalves", "João"),
        ("Conceição Simões", "c.simoes", "Conceição"),
    ),
    "ja": (
        ("山本 さくら", "sakura.yamamoto", "山本"),
        ("髙橋 健太", "k.takahashi", "髙橋"),
        ("ﾀﾅｶ ﾕｳｺ", "yuko.tanaka", "田中"),
    ),
    "ar": (("ليلى منصور", "layla.mansour", "ليلى"), ("عبد الرحمن حدّاد", "a.haddad", "عبد الرحمن")),
    "he": (("נועה לוי", "noa.levi", "נועה"), ("איתן בן־דוד", "eitan.bendavid", "איתן")),
    "junk": (
        ("Business Desk", "desk", "there"),
        ("Alex", "alex.k", "there"),
        ("Special Offers Team", "offers", "there"),
        ("Mr. Harold B.", "harold.b", "there"),
        ("INFO", "info", "there"),
    ),
}

TALKS = {
    "es": (
        Talk(
            ABROAD,
            ("¿Dónde está mi pedido {order}?", "Envío a España", "Pedido {order}: ¿cuándo llega?"),
            (
                ("Buenos días:\n\nHice el pedido {order} hace diez días y todavía no ha llegado. ¿Podrían decirme dónde "
                 "está el paquete?\n\nMuchas gracias,\n{name}",),
                ("Hola, {first}:\n\nel paquete salió de la aduana ayer. El número de seguimiento es {tracking}.\n\n{staff}",),
                ("¡Muchísimas gracias! Ya lo tengo localizado.",),
            ),
        ),
    ),
    "de": (
        Talk(
            ABROAD,
            ("Größe für {model}?", "Frage zur Größe", "Umtausch möglich?"),
            (
                ("Guten Tag,\n\nder {model} aus Bestellung {order} fällt leider zu klein aus. Könnte ich ihn gegen eine "
                 "Nummer größer tauschen?\n\nMit freundlichen Grüßen\n{name}",),
                ("Guten Tag, {first},\n\ngerne. Das Rücksende-Etikett hängt an. Die neue Größe geht heute noch auf den "
                 "Weg.\n\nViele Grüße\n{staff}",),
                ("Prima, das ging ja schnell. Danke schön!",),
            ),
            products=(152, 153, 160, 171),
            staff_file="Rücksendung-{order}.pdf",
        ),
    ),
    "fr": (
        Talk(
            REPAIRS,
            ("Fermeture cassée ({model})", "Garantie : {model}", "Pièce de rechange"),
            (
                ("Bonjour,\n\nla fermeture éclair de mon {model} ne ferme plus. Est-ce couvert par la garantie ? Ci-joint "
                 "une photo.\n\nBien à vous,\n{name}",),
                ("Bonjour {first},\n\nbien sûr, nous la remplaçons. Pourriez-vous nous indiquer votre adresse ?\n\n"
                 "Cordialement,\n{staff}",),
                ("3, impasse du Chêne, 38000 Grenoble. Un grand merci !",),
            ),
            products=(101, 102, 115, 118, 160),
            customer_file="fermeture-été.jpg",
        ),
    ),
    "pt": (
        Talk(
            ADVICE,
            ("Dúvida sobre o {model}", "Vocês entregam no Brasil?", "Informação sobre {model}"),
            (
                ("Olá,\n\ngostaria de saber se vocês entregam o {model} em São Paulo e quanto tempo demora.\n\n"
                 "Obrigado pela atenção,\n{name}",),
                ("Olá, {first}!\n\nEntregamos, sim: leva cerca de doze dias, com os impostos incluídos.\n\n{staff}",),
                ("Ótimo! Já fiz o pedido {order}.",),
            ),
        ),
    ),
    "ja": (
        Talk(
            ABROAD,
            ("注文番号{order}の配送について", "{model}の在庫はありますか", "返品のお願い（{order}）"),
            (
                ("お世話になっております。\n\n先週注文した{model}（注文番号：{order}）がまだ届いておりません。配送状況を教えていただけますでしょうか。\n\n"
                 "よろしくお願いいたします。\n{name}",),
                ("{first}様\n\nお待たせして申し訳ございません。追跡番号は{tracking}です。\n\n{staff}",),
                ("確認できました。ありがとうございます😊",),
            ),
        ),
    ),
    "ar": (
        Talk(
            ABROAD,
            ("أين طلبي رقم {order}؟", "استفسار عن {model}"),
            (
                ("مرحبًا،\n\nطلبت {model} قبل أسبوعين (رقم الطلب {order}) ولم يصل بعد. هل يمكنكم مساعدتي؟\n\n"
                 "شكرًا جزيلًا،\n{name}",),
                ("مرحبًا {first}،\n\nالشحنة في الطريق، ورقم التتبع هو {tracking}.\n\n{staff}",),
                ("وصلت اليوم، شكرًا لكم!",),
            ),
        ),
    ),
    "he": (
        Talk(
            ABROAD,
            ("איפה ההזמנה שלי ({order})?", "שאלה על {model}"),
            (
                ("שלום,\n\nהזמנתי {model} (הזמנה {order}) ועדיין לא קיבלתי מספר מעקב. מתי זה אמור להגיע?\n\nתודה,\n{name}",),
                ("שלום {first},\n\nהחבילה יצאה אתמול. מספר המעקב: {tracking}.\n\n{staff}",),
                ("תודה רבה!",),
            ),
        ),
    ),
    "junk": (
        Talk(
            WEBSITE,
            ("SEO offer: page one of search in 30 days", "Your website has 37 SEO errors", "Guest post and SEO backlinks"),
            (("Hello Dear Webmaster,\n\nI was looking at your website and found many SEO errors!! We GUARANTEE page one "
              "rankings. Packages from $99/month.\n\nShall I send you a free audit?\n\nhttp://rank-rocket.example/audit?id="
              "{photo}",),),
        ),
        Talk(
            ORDERS,
            ("Double your bitcoin in 24h", "Your wallet payout is waiting", "Crypto: private invitation"),
            (("<html><body bgcolor='black' text='lime'><h1>&#8383; LAST CHANCE &#8383;</h1><p>Send 0.1 BTC and get "
              "<b>0.2 BTC</b> back <a href='http://payout.example/{photo}'>HERE</a></p></body></html>",),),
        ),
        Talk(
            ORDERS,
            ("Re: the late Mr. Whitcombe's estate", "CONFIDENTIAL business proposal"),
            (("Dear Friend,\n\nI am the lawyer of the late Mr. Whitcombe, who left $8,400,000 and no heirs. Please "
              "answer with your bank details in strict confidence.",),),
        ),
    ),
}  # fmt: skip
