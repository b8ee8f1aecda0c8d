#include "node/effects.h"

void effects_init(struct effects *fx, struct effect *list, void *memory, size_t size)
{
	*fx = (struct effects){ .list = list };
	arena_init(&fx->arena, memory, size);
}

void effects_reset(struct effects *fx)
{
	fx->count = 0;
	arena_reset(&fx->arena);
}

struct effect *effects_add(struct effects *fx, enum effect_kind kind)
{
	struct effect *effect;

	if (fx->count == EFFECTS_MAX)
		return NULL;
	effect = &fx->list[fx->count++];
	*effect = (struct effect){ .kind = kind };
	return effect;
}

bool effects_has_room(const struct effects *fx, size_t count, size_t len)
{
	return count <= EFFECTS_MAX - fx->count && len <= fx->arena.max - fx->arena.len;
}

void effects_let_go(struct effects *fx)
{
	for (size_t i = 0; i < fx->count; i++)
		fx->list[i].is_held = false;
}

void effects_take_back(struct effects *fx, enum err why, const char *limit)
{
	size_t kept = 0;

	for (size_t i = 0; i < fx->count; i++) {
		struct effect effect = fx->list[i];
		if (effect.is_held && effect.kind != EFFECT_ANSWER)
			continue;
		if (effect.is_held) {
			effect.answer.err = why;
			effect.answer.limit = limit;
			effect.is_held = false;
		}
		fx->list[kept++] = effect;
	}
	fx->count = kept;
}
