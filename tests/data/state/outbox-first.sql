BEGIN TRANSACTION;
CREATE TABLE entries ( number INTEGER PRIMARY KEY AUTOINCREMENT, store TEXT NOT NULL, profile TEXT NOT NULL, kind TEXT NOT NULL, path TEXT NOT NULL, body TEXT NOT NULL, once TEXT, state TEXT NOT NULL, reason TEXT NOT NULL DEFAULT '', made REAL NOT NULL, changed REAL NOT NULL, owner TEXT NOT NULL, before TEXT NOT NULL DEFAULT '[]', became INTEGER, ack TEXT NOT NULL DEFAULT '[]', told INTEGER NOT NULL DEFAULT 0);
INSERT INTO "entries" VALUES(1,'http://localhost/3dcartwebapi/v1 demo.example.com','demo','message','/CRM/4/message','{"Message": "It left today."}',NULL,'confirmed','',1.79564359877176904674e+09,1.79564359878075432779e+09,'14102:43230:vm/4026531836','[12, 13, 14]',36,'[{"Key": "MessageId", "Value": "36", "Status": "201", "Message": "Created successfully"}]',1);
INSERT INTO "entries" VALUES(2,'http://localhost/3dcartwebapi/v1 demo.example.com','demo','message','/CRM/5/message','{"Sender": 1, "Message": "Hello"}',NULL,'confirmed','',1.79564359902132987976e+09,1.79564359902918648718e+09,'14103:43254:vm/4026531836','[15, 16]',37,'[{"Key": "MessageId", "Value": "37", "Status": "201", "Message": "Created successfully"}]',1);
CREATE UNIQUE INDEX once ON entries (store, profile, once) WHERE once IS NOT NULL AND state != 'refused';
CREATE INDEX places ON entries (store, kind, path);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('entries',2);
COMMIT;
