package io.drkit.object;

/**
 * That an object belongs to another, of its own namespace or of none: once every owner is gone, or has another uid, a garbage collector
 * deletes it.
 *
 * @param apiVersion {@code apps/v1}, say; {@code v1} for the core group
 */
public record OwnerReference(String apiVersion, String kind, String name, String uid) {}
