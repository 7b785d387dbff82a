package io.drkit.comparison;

import java.util.List;

/** One of the two sites, for rules that hold of each by itself: what it has stands on its side, what it should have on the other. */
record Side(SiteFacts site, boolean isPrimary, Findings found) {

    static List<Side> both(SiteFacts primary, SiteFacts standby, Findings found) {
        return List.of(new Side(primary, true, found), new Side(standby, false, found));
    }

    void add(Topic topic, Severity severity, String subject, String has, String wanted, String breaks, String remedy) {
        found.of(topic).add(severity, subject, isPrimary ? has : wanted, isPrimary ? wanted : has, breaks, remedy);
    }

    /** Finds that something about this site could not be told. */
    void unknown(Topic topic, String said) {
        found.unknown(topic, isPrimary ? said : "", isPrimary ? "" : said);
    }
}
