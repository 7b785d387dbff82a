package io.drkit.dns.rfc2136;

import io.drkit.testkit.dns.Bind;
import java.time.Duration;

/** Ways to a BIND of the tests. */
final class Connections {

    private Connections() {}

    /** With the key that may update, and a short deadline. */
    static Rfc2136Connection.Builder to(Bind bind) {
        return Rfc2136Connection.to(bind.address())
                .port(bind.port())
                .key(Bind.KEY_NAME, Bind.KEY_SECRET::toCharArray)
                .algorithm(Bind.KEY_ALGORITHM)
                .deadline(Duration.ofSeconds(5));
    }
}
