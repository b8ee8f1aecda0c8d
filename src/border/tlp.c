#include "border/tlp.h"

#include <string.h>

/*
 * STIX 2.1 section 7.2.1.4; FIRST's TLP 2.0 as OASIS gives it. The order is that of openness.
 */
static const struct tlp tlps[] = {
	{ "clear", "TLP:CLEAR", "marking-definition--94868c89-83c2-464b-929b-a1a8aa3c8487", false },
	{ "white", "TLP:WHITE", "marking-definition--613f2e26-407d-48c7-9eca-b8e91df99dc9", true },
	{ "green", "TLP:GREEN", "marking-definition--34098fce-860f-48ae-8e50-ebd3cc5e41da", true },
	{ "green", "TLP:GREEN", "marking-definition--bab4a63c-aed9-4cf5-a766-dfca5abac2bb", false },
	{ "amber", "TLP:AMBER", "marking-definition--f88d31f6-486f-44da-b317-01333bde0b82", true },
	{ "amber", "TLP:AMBER", "marking-definition--55d920b0-5e8b-4f79-9ee9-91f868d9b421", false },
	{ "amber+strict", "TLP:AMBER+STRICT", "marking-definition--939a9414-2ddd-4d32-a0cd-375ea402b003",
	  false },
	{ "red", "TLP:RED", "marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed", true },
	{ "red", "TLP:RED", "marking-definition--e828b379-4e03-4974-9ac4-e53a884c97c1", false },
};

const struct tlp *tlp_find(struct bytes word)
{
	for (size_t i = 0; i < ARRAY_COUNT(tlps); i++) {
		if (bytes_equal(word, bytes_str(tlps[i].word)))
			return &tlps[i];
	}
	return NULL;
}

const struct tlp *tlp_by_id(const char *id)
{
	for (size_t i = 0; i < ARRAY_COUNT(tlps); i++) {
		if (strcmp(tlps[i].id, id) == 0)
			return &tlps[i];
	}
	return NULL;
}
