#include "gate.h"

#include "memory.h"

static struct disk *pass(struct disk *d, bool *was)
{
	*was = memory.is_counting;
	memory.is_counting = false;
	return ((struct gate *)d)->under;
}

static enum err back(bool was, enum err e)
{
	memory.is_counting = was;
	return e;
}

static enum err gate_open(struct disk *d, const char *name)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->open(u, name));
}

static bool gate_exists(struct disk *d, const char *name)
{
	struct disk *u = ((struct gate *)d)->under;

	return u->ops->exists(u, name);
}

static enum err gate_read(struct disk *d, const char *name, uint64_t offset, uint8_t *out, size_t len,
			  size_t *got)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->read(u, name, offset, out, len, got));
}

static enum err gate_write(struct disk *d, const char *name, uint64_t offset, struct bytes part)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->write(u, name, offset, part));
}

static enum err gate_truncate(struct disk *d, const char *name, uint64_t size)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->truncate(u, name, size));
}

static enum err gate_sync(struct disk *d, const char *name)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->sync(u, name));
}

static enum err gate_size(struct disk *d, const char *name, uint64_t *out)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->size(u, name, out));
}

static enum err gate_remove(struct disk *d, const char *name)
{
	bool was;
	struct disk *u = pass(d, &was);

	return back(was, u->ops->remove(u, name));
}

static const struct disk_ops gate_ops = {
	.open = gate_open,
	.exists = gate_exists,
	.read = gate_read,
	.write = gate_write,
	.truncate = gate_truncate,
	.sync = gate_sync,
	.size = gate_size,
	.remove = gate_remove,
};

void gate_init(struct gate *g, struct disk *under)
{
	*g = (struct gate){ { &gate_ops }, under };
}
