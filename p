{"do":"update","ticket":4,"field":"Subject","before":"Subject 4","after":"X","store":"http://127.0.0.1:37577/3dcartwebapi/v1 example-store.com","digest":"400c930c5dbe48c7"}
{"do":"update","ticket":5,"field":"Subject","before":"Subject 5","after":"X","store":"http://127.0.0.1:37577/3dcartwebapi/v1 example-store.com","digest":"3693602e9714078a"}
{"do":"update","ticket":6,"field":"Subject","before":"Subject 6","after":"X","store":"http://127.0.0.1:37577/3dcartwebapi/v1 example-store.com","digest":"df7c75aaed50fded"}
