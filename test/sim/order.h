/*
 * order.h - a node folds all that it holds anew, in another order that respects what each entry had seen.
 */
#ifndef SIM_ORDER_H
#define SIM_ORDER_H

#include "world.h"

/* Of the orders that there are, one for each number. */
enum err order_refold(struct node *node, struct now now, struct effects *fx, uint64_t number) MUST_CHECK;

#endif
