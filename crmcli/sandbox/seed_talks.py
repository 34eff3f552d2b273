"""What happens every day in the sandbox's shop, in English: one conversation of each kind, with other words each time.

In the texts `{order}`, `{model}` (Larch 2), `{product}` (Larch 2 tent), `{tracking}`, `{name}` and `{first}` (the customer,
and how one addresses them), `{staff}` and `{photo}` (a number) are filled in.
"""

from __future__ import annotations

from crmcli.sandbox.seed_texts import ABROAD, ADVICE, ORDERS, REPAIRS, RETURNS, WEBSITE, WHOLESALE, Talk

_THANKS = (
    "Perfect, thank you!",
    "Great, thanks for the quick answer.",
    "That solves it. Thanks, {staff}!",
    "Wonderful, thank you so much. Have a good weekend!",
)
_TRACKED = (
    "Hi {first},\n\nI've just checked: order {order} left our warehouse and the carrier has it. Your tracking number is "
    "{tracking}. It should be with you in two or three days.\n\nBest,\n{staff}",
    "Hello {first},\n\nsorry about the wait! The parcel missed Friday's pick-up and went out on Monday. You can follow it "
    "with {tracking}.\n\nBest,\n{staff}",
)

ENGLISH = (
    Talk(
        ORDERS,
        ("Where is my order?", "Order {order}: any news?", "Tracking for order {order}", "Has my order shipped yet?"),
        (
            (
                "Hi,\n\nI ordered the {product} last week (order {order}) and haven't had a tracking number yet. Could you "
                "tell me when it ships?\n\nThanks,\n{name}",
                "Hello, my order {order} still says 'processing'. We leave on a trip soon and I'd love to have the "
                "{product} by then.\n\n{name}",
            ),
            _TRACKED,
            _THANKS,
        ),
    ),
    Talk(
        ORDERS,
        ("Wrong address on order {order}", "Please change my address", "New address for order {order}"),
        (
            (
                "Hi there,\n\nI just noticed that my old address is on order {order}. Can you still send it to 14 Orchard "
                "Lane instead?\n\n{name}",
                "Hello, I moved last month and forgot to change my address in the shop. Order {order} should go to 208 "
                "Millpond Road, please.",
            ),
            ("Hi {first},\n\nyou caught it in time: the address is changed, and it goes out tomorrow.\n\n{staff}",),
            _THANKS,
        ),
    ),
    Talk(
        RETURNS,
        ("Exchange for a bigger size", "{model} too small", "Need a half size up"),
        (
            (
                "Hi,\n\nthe {product} from order {order} turned out a bit tight. I haven't used it outside. Can I swap "
                "it for one size up?\n\nThank you,\n{name}",
            ),
            (
                "Hello {first},\n\nsure. I've put your size aside; the return label is attached. As soon as the carrier "
                "scans your box, the new one ships.\n\n{staff}",
            ),
            ("Dropped it off this morning, thanks!", "Label printed, it's on its way back to you."),
            ("And yours left a minute ago: {tracking}. Enjoy!\n\n{staff}",),
        ),
        products=(152, 153, 160, 171),
        staff_file="return-label-{order}.pdf",
    ),
    Talk(
        RETURNS,
        ("Return of {model}", "I'd like to send something back", "Refund for order {order}?"),
        (
            (
                "Good morning,\n\nI'd like to return the {product} (order {order}). It's a fine piece, just not what I "
                "need. It is unused and still has its tags.\n\nRegards,\n{name}",
                "Hi, how do I return something? It's the {product}, order {order}, bought as a gift, and now we have two.",
            ),
            (
                "Hi {first},\n\nno problem at all. Please use the attached label within 30 days. The refund goes to the "
                "card you paid with.\n\n{staff}",
            ),
            ("Thanks! Sent it back today. When will I see the refund?", "Done, it's in the mail."),
            ("It arrived and is refunded. Your bank may need three to five days to show it.\n\n{staff}",),
            _THANKS,
        ),
        staff_file="return-label-{order}.pdf",
    ),
    Talk(
        REPAIRS,
        ("Zipper stuck on my {model}", "Broken zipper", "{model}: zipper came off"),
        (
            (
                "Hello,\n\nthe main zipper of my {product} has come off its track after one season. I've attached a "
                "photo. Is that covered by the warranty?\n\n{name}",
            ),
            (
                "Hi {first},\n\nthanks for the photo. Yes, that's covered. Send it in and we'll put a new slider on; "
                "it takes about a week. The form is attached.\n\n{staff}",
                "Hi {first},\n\nit is covered for three years. Could you send one more photo, of the label inside?\n\n"
                "{staff}",
            ),
            ("Great news. Sending it today.", "Here you go, I hope one can read it.\n\n{name}"),
            ("It's repaired and on its way back: {tracking}.\n\n{staff}",),
            ("Just arrived, as good as new. Thank you all!",),
        ),
        products=(101, 102, 115, 118, 130, 131, 160),
        customer_file="IMG_{photo}.jpg",
        staff_file="repair-form.pdf",
    ),
    Talk(
        REPAIRS,
        ("Tent pole snapped", "Spare pole for {model}", "Pole section cracked in the wind"),
        (
            (
                "Hi,\n\none pole section of our {product} cracked in a storm last weekend (we stayed dry!). Can I buy "
                "just that section?\n\n{name}",
            ),
            ("Hi {first},\n\nglad you stayed dry. We'll send you a section for nothing; a picture of the break would help "
             "our supplier.\n\n{staff}",),
            ("That's very kind. I'll take one tonight when I'm home.",),
            ("Thank you! The new section is in the post: {tracking}.\n\n{staff}",),
        ),
        products=(101, 102),
        customer_file="broken-pole.jpg",
    ),
    Talk(
        REPAIRS,
        ("{model} won't light", "Stove flame is weak", "Question about cleaning the stove"),
        (
            ("Hello,\n\nsince our last trip the Ember burns with a weak yellow flame. New canister, same thing. What can "
             "I do?\n\n{name}",),
            ("Hi {first},\n\nthat sounds like soot in the jet. Unscrew the burner, put the jet into vinegar for an hour "
             "and blow it out; never use a needle. If that doesn't help, send it to us.\n\n{staff}",),
            ("An hour in vinegar did it. It roars again!", "Still weak, I'm afraid. I'll send it in."),
        ),
        products=(144,),
    ),
    Talk(
        ADVICE,
        ("Is {model} warm enough for October?", "Which sleeping bag?", "Comfort rating of the {model}"),
        (
            (
                "Hi,\n\nI'm looking at the {product} for a week in the White Mountains in October. Nights go down to "
                "about freezing, and I sleep cold. Is it enough?\n\n{name}",
            ),
            (
                "Hello {first},\n\nif you sleep cold, take the Hollow -7 and a warm mat. Our ratings are comfort, not "
                "limit, so you'd have some reserve.\n\n{staff}",
            ),
            ("Very helpful. I'll order that one.", "Does it fit into the lower part of a Fellside 45?"),
            ("It does, with room for a mat beside it.\n\n{staff}",),
        ),
        products=(130, 131),
    ),
    Talk(
        ADVICE,
        ("Fellside 45 or 65?", "Back length of the {model}", "Pack size for a five day hike"),
        (
            ("Hi!\n\nFive days, self-supported, summer: is the Fellside 45 big enough, or should I get the 65? I'm 5'6\"."
             "\n\n{name}",),
            ("Hi {first},\n\nwith a small tent and food for five days I'd take the 65; you can strap it down when it's "
             "half full. The back length adjusts, so your height is fine.\n\n{staff}",),
            _THANKS,
        ),
        products=(115, 118),
    ),
    Talk(
        ADVICE,
        ("When is the {model} back in stock?", "{model} sold out?", "Restock date"),
        (
            ("Hello, the {product} shows as sold out. Do you know when you get more? I'd rather wait than buy "
             "elsewhere.\n\n{name}",),
            ("Hi {first},\n\nour next delivery is due in about three weeks. I've put you on the list, and you'll get a "
             "mail on the day.\n\n{staff}",),
            ("Please do. Thanks!",),
        ),
    ),
    Talk(
        WEBSITE,
        ("Can't log in", "Password reset mail never arrives", "Locked out of my account"),
        (
            ("Hi, I asked for a new password three times and no mail arrives. I've looked in the spam folder.\n\n{name}",),
            ("Hi {first},\n\nyour account had a typing mistake in the address. It's mended, and a new link is on its way."
             "\n\n{staff}",),
            ("Got it, I'm in. Thank you!", "Nothing yet... could you send it once more?"),
            ("Sent again just now. If it doesn't come, tell me and I'll set one for you by phone.\n\n{staff}",),
        ),
    ),
    Talk(
        WEBSITE,
        ("Discount code doesn't work", "Code TRAIL10 refused", "Coupon problem at checkout"),
        (
            ("Hello,\n\nthe code TRAIL10 from your newsletter is refused at checkout ('not valid for these items'). I "
             "have the {product} in my cart.\n\n{name}",),
            ("Hi {first},\n\nthat code leaves out what is already reduced, sorry that this wasn't clear. Try TRAIL5 "
             "instead, it works on everything.\n\n{staff}",),
            _THANKS,
        ),
        customer_file="screenshot.png",
    ),
    Talk(
        ORDERS,
        ("Please cancel order {order}", "Cancel my order", "Ordered twice by mistake"),
        (
            ("Hi,\n\nI clicked twice and now have two orders for the {product}. Please cancel {order} and keep the other "
             "one.\n\nSorry for the trouble,\n{name}",
             "Hello, please cancel order {order} if it hasn't gone out yet. Our trip was called off.\n\n{name}"),
            ("Hi {first},\n\ndone: {order} is cancelled, and the money is on its way back.\n\n{staff}",),
            _THANKS,
        ),
    ),
    Talk(
        ORDERS,
        ("Part missing in order {order}", "Stakes missing", "Incomplete delivery"),
        (
            ("Hello,\n\nmy {product} came today, but the small bag with the accessories isn't in the box. Order "
             "{order}.\n\n{name}",),
            ("Oh no. Sorry, {first}! A new bag goes out today: {tracking}.\n\n{staff}",),
            ("It's here. Thanks for sorting this out so fast.",),
        ),
        products=(101, 102, 144, 190, 204),
        customer_file="IMG_{photo}.jpg",
    ),
    Talk(
        ORDERS,
        ("Invoice for order {order}", "I need a receipt", "Invoice with our company name"),
        (
            ("Good afternoon,\n\ncould you send an invoice for order {order} made out to Stonecrop Surveying LLC?\n\n"
             "Regards,\n{name}",),
            ("Hello {first},\n\nit's attached.\n\nBest,\n{staff}",),
            _THANKS,
        ),
        staff_file="invoice-{order}.pdf",
    ),
    Talk(
        ABROAD,
        ("Do you ship to Canada?", "Shipping to Norway", "Customs on order {order}"),
        (
            ("Hi from abroad! Do you ship the {product}, and do I pay the customs when it arrives?\n\n{name}",),
            ("Hi {first},\n\nwe do. The price at checkout includes duties and taxes; there's nothing to pay at the door."
             "\n\n{staff}",),
            ("Excellent, ordering now.",),
        ),
    ),
    Talk(
        WHOLESALE,
        ("Group order for a scout troop", "Bulk price for 20 headlamps", "Do you do club discounts?"),
        (
            ("Hello,\n\nour troop needs twenty {product}s by June. Is there a price for that many?\n\n{name}\nTroop 118",),
            ("Hi {first},\n\nfrom ten pieces on it's 15 % off; I've attached a quote that holds for 30 days.\n\n{staff}",),
            ("That fits our budget. How do we pay?", "I'll bring it to the committee next week, thanks."),
            ("Just answer this mail with 'yes' and I'll send an invoice.\n\n{staff}",),
        ),
        products=(188,),
        staff_file="quote-{order}.pdf",
    ),
    Talk(
        ADVICE,
        ("Just wanted to say thank you", "Photo from our trip", "Happy customer"),
        (
            ("Hi team,\n\nyour {product} just did the whole Long Trail without a scratch. Picture attached. Thank you for "
             "making things that last!\n\n{name}",),
            ("{first}, you made our day! May we show the picture in our window?\n\n{staff} and everybody here",),
            ("Of course, go ahead!",),
        ),
        customer_file="summit.jpg",
    ),
)  # fmt: skip
