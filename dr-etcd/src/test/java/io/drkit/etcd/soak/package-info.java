/** Random faults on real servers, links and mirrors, and all that must hold whatever they are. */
@NullMarked
package io.drkit.etcd.soak;

import org.jspecify.annotations.NullMarked;
