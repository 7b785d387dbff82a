package io.drkit.keyspace;

import io.drkit.keystore.Bytes;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What somebody wants otherwise than a scope has it by itself.
 *
 * @param resources exact ones, and {@code *.GROUP}
 */
record ScopeWishes(Wish<Bytes> keys, Wish<GroupResource> resources, Wish<String> namespaces) {

    private static final Pattern NAMESPACE = Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
    private static final Pattern RESOURCE = Pattern.compile("(\\*|[a-z0-9][-a-z0-9]*)");
    private static final Pattern GROUP = Pattern.compile("[a-z0-9]([-a-z0-9.]*[a-z0-9])?");

    /** Things that were named, on one side or the other, or on both: then what was excluded stays excluded. */
    record Wish<T>(Set<T> included, Set<T> excluded) {

        Wish {
            included = Set.copyOf(included);
            excluded = Set.copyOf(excluded);
        }

        boolean excludes(T thing) {
            return excluded.contains(thing);
        }

        boolean includes(T thing) {
            return included.contains(thing) && !excluded.contains(thing);
        }

        boolean isNone() {
            return included.isEmpty() && excluded.isEmpty();
        }

        /** Sorted, so that equal wishes read the same. */
        private Stream<String> texts(String kind, Function<T, String> text) {
            return Stream.concat(texts("+" + kind, included, text), texts("-" + kind, excluded, text));
        }

        private static <T> Stream<String> texts(String kind, Collection<T> things, Function<T, String> text) {
            return things.stream()
                    .map(thing -> " " + kind + ":" + text.apply(thing))
                    .sorted();
        }
    }

    boolean excludesResource(GroupResource resource) {
        return !resources.isNone()
                && (resources.excludes(resource)
                        || (!resources.includes(resource) && resources.excludes(wholeGroup(resource))));
    }

    boolean includesResource(GroupResource resource) {
        return !resources.isNone()
                && (resources.includes(resource)
                        || (!resources.excludes(resource) && resources.includes(wholeGroup(resource))));
    }

    private static GroupResource wholeGroup(GroupResource resource) {
        return new GroupResource(resource.group(), "*");
    }

    /** As they stand in a scope's name: {@code  +ns:kube-public -resource:jobs.batch}. A blank in a key is written as {@code \x20}. */
    String text() {
        Stream<Stream<String>> all = Stream.of(
                namespaces.texts("ns", namespace -> namespace),
                resources.texts("resource", GroupResource::toString),
                keys.texts("key", key -> key.printable().replace(" ", "\\x20")));
        return String.join("", all.flatMap(texts -> texts).toList());
    }

    /** As typed; validated. */
    static String namespace(String text) {
        if (!NAMESPACE.matcher(text).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no name of a namespace");
        }
        return text;
    }

    /** As typed; validated, also for a group that was forgotten, for such a wish would be in vain. */
    static GroupResource resource(String text) {
        GroupResource resource = GroupResource.parse(text);
        boolean isCore = resource.group().isEmpty();
        if (!RESOURCE.matcher(resource.resource()).matches()
                || (!isCore && !GROUP.matcher(resource.group()).matches())
                || text.equals("*")) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no resource, such as secrets, deployments.apps or *.velero.io");
        }
        List<GroupResource> known = RegistryKey.builtInNamed(resource.resource());
        if (isCore && !known.isEmpty() && !known.contains(resource)) {
            throw new IllegalArgumentException(
                    "There is no resource '" + text + "' in the core group; " + known.get(0) + " may be meant");
        }
        return resource;
    }

    static void requireObject(Bytes key, String prefix) {
        if (!RegistryKey.parse(key, prefix).map(RegistryKey::isOfObject).orElse(false)) {
            throw new IllegalArgumentException("'" + key.printable() + "' is no key of an object, such as " + prefix
                    + "/configmaps/default/settings");
        }
    }
}
