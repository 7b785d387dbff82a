package io.drkit.dns;

/**
 * A place from which names are looked up: an authoritative server, a resolver, a pod in a cluster. {@link DnsProof} compares what each of them
 * sees. Thread-safe.
 */
public interface DnsVantage {

    /** How much an answer from there says. */
    enum Kind {
        /** A server that holds the zone: what it says has no cache in between. */
        AUTHORITATIVE,
        /** A resolver, which keeps an old answer until its time to live ends. */
        RESOLVER,
        /** Inside a cluster: through its own name server and whatever that asks. */
        CLUSTER
    }

    Kind kind();

    /** How it is named in a report: {@code ns1.example.com (192.0.2.53)}, or a pod and its cluster. */
    String name();

    /**
     * What a client there gets for a name; within a deadline of the implementation's. That there is no answer is one too: {@link DnsAnswer.None}.
     * Where {@code type} is A or AAAA, a CNAME is followed.
     *
     * @param name never a wildcard
     * @throws InterruptedException when the thread was interrupted
     */
    DnsAnswer ask(DnsName name, RecordType type) throws InterruptedException;
}
