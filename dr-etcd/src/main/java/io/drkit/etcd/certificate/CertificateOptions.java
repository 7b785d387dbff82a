package io.drkit.etcd.certificate;

import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How {@link EtcdCertificates} comes by a client certificate: made by {@link #builder}. All paths are files on the node.
 *
 * @param existing whether the node's own certificate is fetched, rather than one made
 * @param authority the etcd CA's certificate
 * @param authorityKey the etcd CA's key, which signs what is made; never leaves the node
 * @param certificate the node's own client certificate, where that is fetched
 * @param key the key of that
 * @param subject the common name of a certificate that is made; empty for {@link #DEFAULT_SUBJECT}, and for keeping one of any name
 * @param days how long a certificate that is made is valid
 * @param renewBefore how long before its end a certificate is no longer kept
 * @param renew whether none is kept
 * @param acceptNewAuthority whether the folder may hold files of another etcd CA, which are then written over
 * @param deadline of each of the calls to the node, of which there are up to three
 */
public record CertificateOptions(
        boolean existing,
        String authority,
        String authorityKey,
        String certificate,
        String key,
        Optional<String> subject,
        int days,
        Duration renewBefore,
        boolean renew,
        boolean acceptNewAuthority,
        Duration deadline) {

    /** The common name of a certificate that is made. Where etcd has users, it is the user who is logged in by it. */
    public static final String DEFAULT_SUBJECT = "drkit";

    /** How long before its end a certificate is renewed. */
    public static final Duration DEFAULT_RENEW_BEFORE = Duration.ofDays(30);

    private static final int MAX_DAYS = 36_500;

    /** @throws IllegalArgumentException in one sentence, when something does not fit */
    public CertificateOptions {
        require(
                subject.isEmpty() || subject.get().matches("[^\\p{Cntrl}]{1,64}"),
                "The subject of a certificate must have 1 to 64 characters, none of them a control character.");
        require(subject.isEmpty() || !existing, "The subject of a certificate that exists already cannot be chosen.");
        require(days >= 1 && days <= MAX_DAYS, "A certificate must be valid for 1 to " + MAX_DAYS + " days.");
        require(!renewBefore.isNegative(), "The time before the end, from which on to renew, must not be negative.");
        require(
                existing || renewBefore.compareTo(Duration.ofDays(days)) < 0,
                "A certificate that is valid for " + days + " days and renewed " + renewBefore.toDays()
                        + " days before its end would be renewed every time.");
        require(
                authorityKey.matches("/[^\\p{Cntrl}]+"),
                "The path of the CA's key must be absolute, and hold no control character.");
        require(deadline.toMillis() > 0, "The deadline of a call to the node must be positive.");
    }

    /** Starts with all defaults: those of kubeadm. */
    public static Builder builder() {
        return new Builder();
    }

    private static void require(boolean condition, String message) {
        if (!condition) {
            throw new IllegalArgumentException(message);
        }
    }

    /** Collects {@link CertificateOptions}. Not thread-safe. */
    public static final class Builder {

        private boolean existing;
        private String authority = "/etc/kubernetes/pki/etcd/ca.crt";
        private String authorityKey = "/etc/kubernetes/pki/etcd/ca.key";
        private String certificate = "/etc/kubernetes/pki/apiserver-etcd-client.crt";
        private String key = "/etc/kubernetes/pki/apiserver-etcd-client.key";
        private @Nullable String subject;
        private int days = 365;
        private Duration renewBefore = DEFAULT_RENEW_BEFORE;
        private boolean renew;
        private boolean acceptNewAuthority;
        private Duration deadline = Duration.ofSeconds(30);

        private Builder() {}

        /** Fetch the node's own certificate. Default: make one. */
        public Builder existing() {
            this.existing = true;
            return this;
        }

        /** The etcd CA's certificate. Default: {@code /etc/kubernetes/pki/etcd/ca.crt}. */
        public Builder authority(String path) {
            this.authority = path;
            return this;
        }

        /** The etcd CA's key. Default: {@code /etc/kubernetes/pki/etcd/ca.key}. */
        public Builder authorityKey(String path) {
            this.authorityKey = path;
            return this;
        }

        /** The node's own client certificate. Default: {@code /etc/kubernetes/pki/apiserver-etcd-client.crt}. */
        public Builder certificate(String path) {
            this.certificate = path;
            return this;
        }

        /** The key of that. Default: {@code /etc/kubernetes/pki/apiserver-etcd-client.key}. */
        public Builder key(String path) {
            this.key = path;
            return this;
        }

        /** The common name of a certificate that is made; one of another name is not kept. Default: {@code drkit}, and any is kept. */
        public Builder subject(String commonName) {
            this.subject = commonName;
            return this;
        }

        /** How many days a certificate that is made is valid. Default: 365. */
        public Builder days(int days) {
            this.days = days;
            return this;
        }

        /** How long before its end a certificate is renewed. Default: 30 days. */
        public Builder renewBefore(Duration time) {
            this.renewBefore = time;
            return this;
        }

        /** Renew, however long the one that is there is valid. Default: keep that. */
        public Builder renew() {
            this.renew = true;
            return this;
        }

        /** Write over files of another etcd CA. Default: refuse. */
        public Builder acceptNewAuthority() {
            this.acceptNewAuthority = true;
            return this;
        }

        /** Of each call to the node. Default: 30 s. */
        public Builder deadline(Duration deadline) {
            this.deadline = deadline;
            return this;
        }

        /** @throws IllegalArgumentException in one sentence, when something does not fit */
        public CertificateOptions build() {
            return new CertificateOptions(
                    existing,
                    authority,
                    authorityKey,
                    certificate,
                    key,
                    Optional.ofNullable(subject),
                    days,
                    renewBefore,
                    renew,
                    acceptNewAuthority,
                    deadline);
        }
    }
}
