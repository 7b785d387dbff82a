package io.drkit.object;

import io.drkit.keystore.Bytes;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Desired state where both control planes run: what each cluster's controllers write is each cluster's own.
 *
 * <ul>
 *   <li>Built-in kinds with a status: the status is the standby's own. Where nothing is, or an object of another uid, the primary's goes along,
 *       for a Job that has completed must not run again.
 *   <li>Custom resources are copied whole, but another status there is no difference.
 *   <li>What a claim is bound to ({@code spec.volumeName}, the annotations about it) is the standby's own: it names a disk. A claim is created
 *       unbound, and one of another uid is never overwritten, for a volume is bound to that uid. Nor is a volume of another uid.
 *   <li>What the primary is deleting may be gone already.
 *   <li>Every other kind counts whole. {@code managedFields} and {@code resourceVersion} never count.
 *   <li>Foreign owners are neither compared nor written: the standby has none of them, and its garbage collector would delete the object.
 *   <li>What cannot be read, an encrypted value say, counts byte for byte. It is not written over what is encrypted otherwise.
 * </ul>
 */
public final class KubernetesDesiredState implements DesiredState {

    private static final Path RESOURCE_VERSION = Path.of("metadata.resourceVersion", 1, 6);
    private static final Path MANAGED_FIELDS = Path.of("metadata.managedFields", 1, 17);
    private static final Path VOLUME_NAME = ObjectField.CLAIM_VOLUME_NAME.at(0);

    /** Written by the volume binder, the scheduler and the provisioner. */
    private static final Set<String> BINDING = Set.of(
            "pv.kubernetes.io/bind-completed",
            "pv.kubernetes.io/bound-by-controller",
            "volume.kubernetes.io/selected-node",
            "volume.beta.kubernetes.io/storage-provisioner",
            "volume.kubernetes.io/storage-provisioner");

    /** What differs by nature between two claims of one name that were created apart. */
    private static final List<Path> IDENTITY = List.of(
            Path.of("metadata.uid", 1, 5),
            Path.of("metadata.creationTimestamp", 1, 8),
            Path.of("metadata.generation", 1, 7),
            Path.of("metadata.finalizers", 1, 14),
            Path.of("metadata.ownerReferences", 1, 13));

    private final Predicate<OwnerReference> foreignOwner;

    /** @param foreignOwner whether the standby shall not be told of an owner, for it never has it; thread-safe */
    public KubernetesDesiredState(Predicate<OwnerReference> foreignOwner) {
        this.foreignOwner = foreignOwner;
    }

    @Override
    public boolean isEqual(Bytes primary, Bytes standby) {
        return primary.equals(standby)
                || Pair.read(primary, standby).map(this::isEqual).orElse(false);
    }

    private boolean isEqual(Pair pair) {
        return whatCounts(pair.primary(), pair.primaryDraft(), pair.isSameObject())
                .isSame(whatCounts(pair.standby(), pair.standbyDraft(), pair.isSameObject()));
    }

    private Draft whatCounts(StoredObject object, Draft draft, boolean sameUid) {
        draft.remove(RESOURCE_VERSION);
        draft.remove(MANAGED_FIELDS);
        draft.removeOwners(foreignOwner);
        if (BuiltInKinds.hasStatus(object) || !BuiltInKinds.isBuiltIn(object)) {
            draft.remove(BuiltInKinds.STATUS);
        }
        if (isClaim(object)) {
            unbind(draft);
            if (!sameUid) {
                IDENTITY.forEach(draft::remove);
            }
        }
        return draft;
    }

    @Override
    public Bytes toCreate(Bytes primary) {
        return StoredObject.read(primary)
                .filter(object -> isClaim(object) || object.owners().stream().anyMatch(foreignOwner))
                .flatMap(object -> Draft.of(object).map(draft -> {
                    draft.removeOwners(foreignOwner);
                    if (isClaim(object)) {
                        unbind(draft);
                        draft.remove(BuiltInKinds.STATUS);
                    }
                    return draft.value();
                }))
                .orElse(primary);
    }

    @Override
    public Bytes toUpdate(Bytes primary, Bytes standby) {
        return Pair.read(primary, standby)
                .filter(pair ->
                        isClaim(pair.primary()) || (BuiltInKinds.hasStatus(pair.primary()) && pair.isSameObject()))
                .map(this::merge)
                .orElseGet(() -> toCreate(primary));
    }

    private Bytes merge(Pair pair) {
        Draft merged = pair.primaryDraft();
        Draft theirs = pair.standbyDraft();
        merged.removeOwners(foreignOwner);
        merged.take(BuiltInKinds.STATUS, theirs);
        if (isClaim(pair.primary())) {
            merged.take(VOLUME_NAME, theirs);
            merged.takeAnnotations(BINDING, theirs);
            if (!pair.isSameObject()) {
                IDENTITY.forEach(path -> merged.take(path, theirs));
            }
        }
        return merged.value();
    }

    /** The primary has begun to delete it, and the standby, where the same goes on, was done first. */
    @Override
    public boolean allowsAbsence(Bytes primary) {
        return StoredObject.read(primary).filter(StoredObject::isBeingDeleted).isPresent();
    }

    /**
     * What is encrypted otherwise than on the primary cannot be compared, and the standby's kube-apiserver may lack the primary's key. A volume is
     * bound to the uid of a claim: over one of another uid it would be released, and with it, perhaps, the disk; and a volume of another uid is
     * another disk.
     */
    @Override
    public Optional<String> objection(Bytes primary, Bytes standby) {
        if (!StoredObject.encryption(primary).equals(StoredObject.encryption(standby))) {
            return Optional.of("it is not encrypted alike on both sites: give the encryption configurations of both");
        }
        Optional<StoredObject> ours = StoredObject.read(primary);
        Optional<StoredObject> theirs = StoredObject.read(standby);
        if (ours.filter(KubernetesDesiredState::holdsData).isEmpty()
                && theirs.filter(KubernetesDesiredState::holdsData).isEmpty()) {
            return Optional.empty();
        }
        if (Pair.read(primary, standby).isEmpty()) {
            return Optional.of("a claim or a volume that is stored in a way that hides what it is bound to");
        }
        if (ours.map(StoredObject::uid).equals(theirs.map(StoredObject::uid))) {
            return Optional.empty();
        }
        return Optional.of(
                ours.filter(KubernetesDesiredState::isClaim).isPresent()
                        ? "a claim of another uid, to which a volume may be bound"
                        : "a volume of another uid, which may be another disk");
    }

    private static boolean holdsData(StoredObject object) {
        return isClaim(object)
                || (object.kind().equals("PersistentVolume") && object.group().isEmpty());
    }

    private static void unbind(Draft draft) {
        draft.remove(VOLUME_NAME);
        draft.removeAnnotations(BINDING);
    }

    private static boolean isClaim(StoredObject object) {
        return object.kind().equals("PersistentVolumeClaim") && object.group().isEmpty();
    }

    /** Two values that can be read, of one kind and version, and in one notation: only of such can parts be compared and exchanged. */
    private record Pair(StoredObject primary, Draft primaryDraft, StoredObject standby, Draft standbyDraft) {

        static Optional<Pair> read(Bytes primary, Bytes standby) {
            return StoredObject.read(primary)
                    .flatMap(ours -> StoredObject.read(standby)
                            .filter(theirs -> ours.getClass() == theirs.getClass()
                                    && ours.kind().equals(theirs.kind())
                                    && ours.apiVersion().equals(theirs.apiVersion()))
                            .flatMap(theirs -> Draft.of(ours)
                                    .flatMap(
                                            our -> Draft.of(theirs).map(their -> new Pair(ours, our, theirs, their)))));
        }

        boolean isSameObject() {
            return primary.uid().equals(standby.uid());
        }
    }
}
