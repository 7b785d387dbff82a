package io.drkit.site;

import io.drkit.UnsafeToProceedException;

/**
 * A site's space quota is used up, and it takes no writes; nothing was changed. The next move: compact, defragment, disarm its alarm, and try
 * again. A mirror tries again by itself.
 */
public final class SiteFullException extends UnsafeToProceedException {

    public SiteFullException(String message) {
        super(message);
    }
}
