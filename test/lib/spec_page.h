/*
 * spec_page.h - a page of docs/spec, for tests that hold it against the code. The root is $ENTENTE_ROOT, else
 * the working folder.
 */
#ifndef TEST_SPEC_PAGE_H
#define TEST_SPEC_PAGE_H

/* All of "api.md", terminated, until the next call; a page that is not there or too long fails the test. */
char *spec_page(const char *name);

#endif
