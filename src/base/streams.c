/* Nothing comes in. What goes out: 0, 1 and 2 are open, each as it was, or to nothing
 * and the other way round. */
#include "base/streams.h"

#include <fcntl.h>
#include <unistd.h>

bool comity_streams_take(void)
{
    static const int nothing[] = {[STDIN_FILENO] = O_WRONLY, [STDOUT_FILENO] = O_RDONLY, [STDERR_FILENO] = O_RDONLY};
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) { /* what is opened becomes the lowest that is closed */
        if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", nothing[fd]) != fd) {
            return false;
        }
    }
    return true;
}
