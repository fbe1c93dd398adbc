/* GCC's libstdc++ of Debian 12 seeds std::random_device by arc4random, which glibc has from 2.36 on.
   Amazon Linux 2023 has 2.34: with this one the binary starts there too. */
#include <sys/random.h>

unsigned int arc4random(void) {
  unsigned int n;
  while (getrandom(&n, sizeof n, 0) != sizeof n) {
  }
  return n;
}
