package io.drkit.comparison;

import java.util.List;

/**
 * The versions of a CustomResourceDefinition.
 *
 * @param versions all that it defines
 * @param served those that the API serves
 * @param stored those in which objects may lie in etcd: {@code status.storedVersions}
 */
public record DefinitionFacts(List<String> versions, List<String> served, List<String> stored) {

    public DefinitionFacts {
        versions = versions.stream().sorted().toList();
        served = served.stream().sorted().toList();
        stored = stored.stream().sorted().toList();
    }
}
