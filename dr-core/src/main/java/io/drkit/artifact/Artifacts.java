package io.drkit.artifact;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;

/**
 * The objects of a site as portable YAML: exported to an archive that a person can read and edit, and applied to another site. A backend proves itself by
 * extending {@code ArtifactContract} of dr-testkit.
 *
 * <p>What an archive holds is what a person would have declared: no status, no identity, nothing that the one cluster gave (addresses, bound volumes, tokens),
 * and nothing that a controller makes by itself. It holds Secrets in plain text, so its file is its owner's alone to read.
 *
 * <p>Every verb is idempotent, and running it again is how one goes on after an end in the midst. Every request has a deadline of the implementation's, and
 * every call ends early when its thread is interrupted, which stays set. Every call throws {@link SiteUnreachableException} when the site does not answer or
 * does not let us in. Messages, reports and logs hold names of objects, and no values. Thread-safe.
 */
public interface Artifacts {

    /** How this site is named in messages. Holds no secret. */
    String name();

    /**
     * Writes the objects of namespaces into an archive (tar, gzip), with what they need beside them: the definitions of custom resources among them, the rights
     * that their service accounts have in the whole cluster, and the classes that they name. The archive takes its place whole, in one step, in place of one that
     * is there; without that nothing is left. The same objects give the same bytes, but for the time in the manifest. Changes nothing at the site.
     *
     * <p>Not all objects are read at one moment: what changes meanwhile is in the archive as it was or as it is.
     *
     * @param namespaces at least one
     * @throws UnsafeToProceedException when a namespace does not exist, for it is rather misspelt than empty, or is being deleted; or when a right is missing,
     *     for an archive shall not lack what nobody would miss until it is needed
     * @throws IOException when the file cannot be written
     */
    ExportReport export(Collection<String> namespaces, Path archive) throws IOException;

    /**
     * Creates the objects of an archive, or of a folder into which one was unpacked, and updates those that are there and differ; in the order in which they need
     * each other. All of it is read and understood before the first is written. What is in the site and not in the archive stays.
     *
     * <p>One object that cannot be applied does not keep the others from it, and has its reason in the report.
     *
     * @throws IllegalArgumentException in one sentence, when it is no archive, holds what cannot be understood or does not belong there, or does not go with the
     *     options; nothing was applied
     * @throws OutcomeUnknownException instead of {@link SiteUnreachableException}, when something was applied already, or may have been: apply again
     * @throws IOException when the archive cannot be read
     */
    ApplyReport apply(Path archive, ApplyOptions options) throws IOException;
}
