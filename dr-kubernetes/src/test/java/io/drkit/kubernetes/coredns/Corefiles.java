package io.drkit.kubernetes.coredns;

/** Corefiles that tests edit. */
final class Corefiles {

    /** As kubeadm writes it, and somebody has added hosts to it. */
    static final String KUBEADM = """
            .:53 {
                errors
                health {
                   lameduck 5s
                }
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                   pods insecure
                   fallthrough in-addr.arpa ip6.arpa
                   ttl 30
                }
                # the platform; ask before you touch it
                hosts {
                   192.0.2.1   platform.example.com   # the VIP
                   192.0.2.1   api.example.com  Registry.Example.com.
                \t2001:db8::1 platform.example.com
                   192.0.2.99  other.example.com
                   ttl 60
                   fallthrough
                }
                template IN A tenant.example.com {
                   match "^t-(?P<n>[0-9]+)\\.tenant\\.example\\.com\\.$"
                   answer "{{ .Name }} 60 IN A 192.0.2.{{ .Group.n }}"
                }
                prometheus :9153
                forward . /etc/resolv.conf {
                   max_concurrent 1000
                }
                cache 30 {
                   disable success cluster.local
                }
                loop
                reload
                loadbalance
            }
            """;

    /** As k3s writes it. */
    static final String K3S = """
            .:53 {
                errors
                health
                ready
                kubernetes cluster.local in-addr.arpa ip6.arpa {
                  pods insecure
                  fallthrough in-addr.arpa ip6.arpa
                }
                hosts /etc/coredns/NodeHosts {
                  ttl 60
                  reload 15s
                  fallthrough
                }
                prometheus :9153
                forward . /etc/resolv.conf
                cache 30
                loop
                reload
                loadbalance
                import /etc/coredns/custom/*.override
            }
            import /etc/coredns/custom/*.server
            """;

    static final String NODE_HOSTS = "# nodes\n10.0.0.11 node-1\n10.0.0.12\tnode-2 platform.example.com";

    static final String WITH_ZONE = """
            example.com:53 {
                file /etc/coredns/db.example.com
                reload 10s
            }
            . {
                forward . 9.9.9.9
            }
            """;

    static final String ZONE = """
            $TTL 1h ; an hour
            $ORIGIN example.com.
            @   IN SOA ns1.example.com. host\\.master.example.com. (
                    2026113001 ; serial
                    3600 900 604800 300 )
                IN NS ns1
            ns1         A     192.0.2.53
            platform    300 IN A 192.0.2.1   ; the VIP
                        300 IN AAAA 2001:db8::1
            \tTXT "v=1; not a comment" ( "two"
                 "lines" )
            *.apps      A     192.0.2.1
            www    IN   CNAME platform
            $ORIGIN sub.example.com.
            app  A 192.0.2.1
                 A 192.0.2.2
                 MX 10 app
            gone.example.com. NS ns1.elsewhere.example.
            """;

    private Corefiles() {}
}
