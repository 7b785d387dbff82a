package io.drkit.runbook;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * The commands by which a person ends a run that is not finished; each may be empty, where it is not known or is not possible.
 *
 * @param goOn goes on with it, in the direction that it has
 * @param takeBack takes it back, before its point of no return
 * @param abandon declares it over, as it is
 */
public record Ways(String goOn, String takeBack, String abandon) {

    public static final Ways NONE = new Ways("", "", "");

    /** What can be done with a run: of one of another runbook or plan it is not known whether it can be taken back, so that is left out. */
    static Ways of(Runbook runbook, RunRecord run, RunbookOptions options) {
        Ways all = options.ways().apply(run.runbook());
        boolean known = run.plan().equals(runbook.fingerprint(options.settings()));
        return known && !run.back() && !runbook.isBeyondReturn(run) ? all : new Ways(all.goOn, "", all.abandon);
    }

    /** Each that there is, by what it does. */
    Map<String, String> told() {
        Map<String, String> told = new LinkedHashMap<>();
        told.put("To go on", goOn);
        told.put("To take it back", takeBack);
        told.put("To declare it over, as it is", abandon);
        told.values().removeIf(String::isEmpty);
        return told;
    }

    String told(String between) {
        return told().entrySet().stream()
                .map(way -> way.getKey() + ": " + way.getValue())
                .collect(Collectors.joining(between));
    }
}
