package io.drkit.comparison;

import java.util.List;

/**
 * What a site's registry says of an image.
 *
 * @param architectures for which it has the image, as Go spells them; empty when it does not tell
 * @param because why it is not known; empty otherwise
 */
public record ImageAnswer(Presence presence, List<String> architectures, String because) {

    /** Whether it is there. */
    public enum Presence {
        PRESENT,
        ABSENT,
        UNKNOWN
    }

    public ImageAnswer {
        architectures = architectures.stream().distinct().sorted().toList();
    }

    /** It is there. */
    public static ImageAnswer present(List<String> architectures) {
        return new ImageAnswer(Presence.PRESENT, architectures, "");
    }

    /** It is not. */
    public static ImageAnswer absent() {
        return new ImageAnswer(Presence.ABSENT, List.of(), "");
    }

    /** @param because one sentence without secrets */
    public static ImageAnswer unknown(String because) {
        return new ImageAnswer(Presence.UNKNOWN, List.of(), because);
    }
}
