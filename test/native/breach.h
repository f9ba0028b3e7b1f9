/* The end of the process when somebody breaks a rule of the library, as a sanitiser would end it. */
#ifndef BREACH_H
#define BREACH_H

_Noreturn void breach(const char *function, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
