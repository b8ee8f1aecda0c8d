/*
 * installed.h - where what was installed with the program lies, or where the environment says that of a build
 * does.
 *
 * Layer: home.
 */
#ifndef HOME_INSTALLED_H
#define HOME_INSTALLED_H

const char *installed_console(void); /* what browsers are served; $ENTENTE_CONSOLE_DIR */
const char *installed_locale(void);  /* the catalogues; $ENTENTE_LOCALE_DIR */

#endif
