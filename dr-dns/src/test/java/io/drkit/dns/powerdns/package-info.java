@NullMarked
package io.drkit.dns.powerdns;

import org.jspecify.annotations.NullMarked;
