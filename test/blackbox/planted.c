/* Which fault of ours bears fruit in this program, and in those that it starts: base/plant.h. */
#include "base/plant.h"

#include <stdlib.h>
#include <string.h>

enum plant plant_chosen;
const char *plant_route = "";

static const char *const names[PLANT_COUNT] = {
#define PLANT_ROW(name, text) [PLANT_##name] = #name,
	PLANT_LIST(PLANT_ROW)
#undef PLANT_ROW
};

static void __attribute__((constructor)) begin(void)
{
	const char *wanted = getenv("ENTENTE_PLANT");

	for (int i = 1; wanted != NULL && i < PLANT_COUNT; i++) {
		if (strcmp(names[i], wanted) == 0)
			plant_chosen = (enum plant)i;
	}
	if (plant_chosen == PLANT_NONE)
		abort();
}
