package io.drkit.simulation;

/**
 * A promise that was not kept.
 *
 * @param promise its name
 * @param detail what was seen, and what was due
 */
record Broken(String promise, String detail) {}
