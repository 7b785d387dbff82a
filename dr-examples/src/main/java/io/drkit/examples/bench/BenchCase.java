package io.drkit.examples.bench;

/** One question, answered by measuring. */
interface BenchCase {

    /** As on the command line. */
    String name();

    /** Measures, and compares; whoever is compared takes turns, so that what disturbs the machine disturbs all. */
    CaseReport run(Lab lab) throws Exception;
}
