package io.drkit.kubernetes.registry;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An image as pods name it, with the defaults that runtimes fill in: {@code nginx} is {@code docker.io/library/nginx:latest}.
 *
 * @param host of the registry, with its port if it has one
 * @param repository the path in the registry
 * @param reference a tag or a digest
 */
public record ImageReference(String host, String repository, String reference) {

    private static final String DOCKER_HUB = "docker.io";

    /** The grammar of distribution's package reference; what comes before the first slash is a host if it looks like one. */
    private static final Pattern FORM =
            Pattern.compile("(?:(?<host>localhost(?::\\d{1,5})?|[A-Za-z0-9-]+(?:\\.[A-Za-z0-9-]+)+(?::\\d{1,5})?"
                    + "|[A-Za-z0-9-]+:\\d{1,5}|\\[[0-9A-Fa-f:]+](?::\\d{1,5})?)/)?"
                    + "(?<path>[a-z0-9]+(?:[._-]+[a-z0-9]+)*(?:/[a-z0-9]+(?:[._-]+[a-z0-9]+)*)*)"
                    + "(?::(?<tag>\\w[\\w.-]{0,127}))?(?:@(?<digest>[A-Za-z0-9+._-]+:[0-9A-Fa-f]{32,}))?");

    /** @throws IllegalArgumentException when it is none */
    public static ImageReference parse(String text) {
        Matcher matcher = FORM.matcher(text);
        if (!matcher.matches()) {
            throw new IllegalArgumentException("\"" + text + "\" names no image.");
        }
        String named = matcher.group("host");
        // Docker Hub's former name, which runtimes take for the present one.
        String host = named == null || named.equals("index.docker.io") ? DOCKER_HUB : named;
        String path = matcher.group("path");
        String tag = matcher.group("tag") == null ? "latest" : matcher.group("tag");
        return new ImageReference(
                host,
                host.equals(DOCKER_HUB) && path.indexOf('/') < 0 ? "library/" + path : path,
                // Where both are given, runtimes go by the digest.
                matcher.group("digest") == null ? tag : matcher.group("digest"));
    }

    boolean isDigest() {
        return reference.indexOf(':') >= 0;
    }
}
