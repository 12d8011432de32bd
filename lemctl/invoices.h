/* invoices: `lemctl invoice`. */
#ifndef LEM_LEMCTL_INVOICES_H
#define LEM_LEMCTL_INVOICES_H

/* Print a month of a home's money, or of each home's. Returns the exit code. */
int invoice_command(int argc, char **argv);

#endif
