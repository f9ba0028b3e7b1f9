#include <pthread.h>

#include "sequences.h"

enum { THREADS = 4, ROUNDS = 25 };

/* Results of its own on a connection that all share. */
static void *work(void *taos) {
  for (int i = 0; i < ROUNDS; i++) {
    TAOS_RES *whole = taos_query_with_reqid(taos, "select * from st", 0);
    CHECK(taos_errno(whole) == 0 && drain(whole) > 0);
    taos_free_result(whole);
    taos_free_result(taos_query_with_reqid(taos, "select * from st", 0));
    // The error is the thread's own.
    TAOS_STMT2 *statement = taos_stmt2_init(taos, NULL);
    CHECK(taos_stmt2_prepare(statement, "select", 0) != 0 && taos_errno(NULL) != 0);
    CHECK(taos_stmt2_close(statement) == 0);
  }
  return NULL;
}

void threads(TAOS *taos) {
  pthread_t workers[THREADS];
  for (int i = 0; i < THREADS; i++) CHECK(pthread_create(&workers[i], NULL, work, taos) == 0);
  for (int i = 0; i < THREADS; i++) CHECK(pthread_join(workers[i], NULL) == 0);
}
