package io.drkit.etcd.certificate;

import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import io.drkit.etcd.PemFiles;
import io.drkit.etcd.certificate.StoredCertificate.Action;
import io.drkit.node.NodeAccess;
import io.drkit.node.NodeFile;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Optional;

/**
 * Client certificates for an etcd, from a control-plane node: made there or fetched from there, stored in a folder here, and renewed before they
 * expire. On the node nothing is written. Thread-safe as its node is; of two that write to one folder at the same time, one fails.
 */
public final class EtcdCertificates {

    private final NodeAccess node;
    private final Clock clock;

    /**
     * Over a node, which stays the caller's to close.
     *
     * @param clock by which certificates are judged
     */
    public EtcdCertificates(NodeAccess node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    /**
     * Sees to it that a folder has {@code ca.crt}, {@code client.crt} and {@code client.key} with which etcd lets one in. A certificate that is
     * there is kept if it is signed by the node's CA and does not expire {@linkplain CertificateOptions#renewBefore soon}; so this may be called
     * as often as one likes, and again after any end. Nothing is written before all of it was verified: signed by the node's CA, valid now, for
     * clients, and belonging to its key.
     *
     * @param folder made if it is not there, and then for its owner alone; the files are always
     * @throws SiteUnreachableException when the node does not answer, does not permit it, or has no openssl; nothing was changed. Also when the
     *     folder was written to by another at the same time
     * @throws UnsafeToProceedException when the folder holds files of another etcd CA, or what the node gave is no certificate to connect with;
     *     nothing was changed
     * @throws IllegalArgumentException when a file is not on the node, or is not what it should be; nothing was changed
     * @throws IOException when a file cannot be written here; doing it again heals what was written in part
     */
    public StoredCertificate store(Path folder, CertificateOptions options) throws IOException {
        CertificateFolder here = new CertificateFolder(folder);
        here.requireOwn();
        Authority authority = authority(options);
        // A pair that cannot be used counts as none: an end in the midst of writing leaves such a one.
        Optional<KeyedCertificate> before = here.pair();
        Optional<KeyedCertificate> good =
                before.filter(pair -> authority.objection(pair, clock).isEmpty());
        if (!options.acceptNewAuthority()) {
            refuseForeign(here, authority, good.isPresent());
        }
        if (good.isPresent() && isToBeKept(good.get(), options)) {
            here.keep(authority);
            return here.stored(Action.KEPT, good.get());
        }
        KeyedCertificate fresh = options.existing() ? fetch(options) : new Signing(node, options).make();
        Optional<String> objection = authority.objection(fresh, clock);
        if (objection.isPresent()) {
            throw new UnsafeToProceedException("Refused to store the client certificate "
                    + (options.existing() ? options.certificate() + " of " : "made by ") + node.name() + ": "
                    + objection.get() + ".");
        }
        // The node's own may be the same as ever, also near its end.
        if (good.isPresent() && good.get().chain().equals(fresh.chain())) {
            here.keep(authority);
            return here.stored(Action.KEPT, fresh);
        }
        here.write(authority, fresh);
        Action action = options.existing() ? Action.FETCHED : Action.MADE;
        return here.stored(before.isPresent() ? Action.RENEWED : action, fresh);
    }

    private boolean isToBeKept(KeyedCertificate pair, CertificateOptions options) {
        boolean asNamed = options.subject()
                .map(Signing::subject)
                .map(pair.certificate().getSubjectX500Principal()::equals)
                .orElse(true);
        return !options.renew()
                && asNamed
                && !ClientCertificate.of(pair.certificate()).expiresWithin(options.renewBefore(), clock);
    }

    private Authority authority(CertificateOptions options) {
        NodeFile file = read(options.authority(), "certificate of the etcd CA", "--ca", options);
        Authority authority =
                new Authority(PemFiles.certificates(where(file), file.content().unsafeArray()));
        if (authority.isExpired(clock)) {
            throw new UnsafeToProceedException(
                    "The etcd CA at " + where(file) + " has expired: renew it there, or compare the clocks.");
        }
        return authority;
    }

    private KeyedCertificate fetch(CertificateOptions options) {
        NodeFile certificate = read(options.certificate(), "client certificate", "--cert", options);
        NodeFile key = read(options.key(), "key of the client certificate", "--key", options);
        return new KeyedCertificate(
                PemFiles.certificates(where(certificate), certificate.content().unsafeArray()),
                PemFiles.key(where(key), key.content().unsafeArray()));
    }

    private NodeFile read(String path, String what, String option, CertificateOptions options) {
        return node.read(path, options.deadline())
                .orElseThrow(() -> new IllegalArgumentException("There is no " + what + " at " + path + " on "
                        + node.name() + ": name where it lies (" + option + "), or another node."));
    }

    private String where(NodeFile file) {
        return file.path() + " on " + node.name();
    }

    /** What the folder holds must be this CA's, or the node, or the folder, may be another site's. */
    private void refuseForeign(CertificateFolder here, Authority authority, boolean good) {
        Optional<Authority> known = here.authority();
        if (known.isPresent() && !known.get().sharesOneWith(authority)) {
            throw new UnsafeToProceedException("Refused to write to " + here + ": its ca.crt (SHA-256 "
                    + known.get().fingerprint() + ") is not the etcd CA of " + node.name() + " (SHA-256 "
                    + authority.fingerprint()
                    + "). Perhaps one of the two is another site's; if that CA was replaced, accept the new one"
                    + " (--accept-new-ca).");
        }
        if (known.isEmpty() && here.hasClientFiles() && !good) {
            throw new UnsafeToProceedException("Refused to write to " + here
                    + ": it holds client.crt or client.key, and no ca.crt that says of which etcd. Name another folder, or"
                    + " have them written over (--accept-new-ca).");
        }
    }
}
