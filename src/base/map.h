/*
 * map.h - an ordered map from bytes to bytes: what the views are kept in.
 *
 * Layer: base. The contract only; `record/store.h` gives one that commits together with the entries
 * that were folded into it, so a view never needs to be replayed and never disagrees with the record.
 *
 * Keys are compared as bytes (bytes_compare), at most MAP_KEY_MAX long; values at most MAP_VALUE_MAX.
 */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include "base/buf.h"

#define MAP_KEY_MAX 256u
#define MAP_VALUE_MAX 4096u

struct map {
	const struct map_ops *ops;
	void *self;
};

/*
 * get and next append to *value (NULL: not wanted); ERR_NOT_FOUND if there is none; ERR_IO, ERR_CORRUPT of
 * the store.
 */
struct map_ops {
	enum err (*get)(void *self, struct bytes key, struct buf *value);
	enum err (*put)(void *self, struct bytes key, struct bytes value);
	enum err (*del)(void *self, struct bytes key);
	/* The first key greater than `after` that begins with `prefix`. */
	enum err (*next)(void *self, struct bytes prefix, struct bytes after, struct buf *key,
			 struct buf *value);
};

static inline enum err map_get(const struct map *m, struct bytes key, struct buf *value)
{
	return m->ops->get(m->self, key, value);
}

static inline enum err map_put(const struct map *m, struct bytes key, struct bytes value)
{
	return m->ops->put(m->self, key, value);
}

static inline enum err map_del(const struct map *m, struct bytes key)
{
	return m->ops->del(m->self, key);
}

/* An empty `after` starts at the front; `key` may be the buffer that `after` points into: it is
 * reset only when the next key is known. */
static inline enum err map_next(const struct map *m, struct bytes prefix, struct bytes after, struct buf *key,
				struct buf *value)
{
	return m->ops->next(m->self, prefix, after, key, value);
}

#endif
