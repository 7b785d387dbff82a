package io.drkit.runbook;

import io.drkit.OutcomeUnknownException;
import io.drkit.SiteUnreachableException;
import io.drkit.UnsafeToProceedException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;

/** What the steps of these tests change: switches that are on or off. It outlives the processes that run on it, and can end one at any call. */
final class World {

    /** Ends what a test calls a process: nothing of DrKit's may catch it. */
    static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** What a step returns. */
    record Switched(String before) {}

    private final Map<String, String> switches = Collections.synchronizedMap(new HashMap<>());
    private final List<String> calls = Collections.synchronizedList(new ArrayList<>());
    private final Map<String, Throwable> faults = Collections.synchronizedMap(new HashMap<>());
    private final AtomicInteger left = new AtomicInteger(Integer.MAX_VALUE);

    /** The process ends before or in the midst of the call after so many. */
    void killAfter(int calls) {
        left.set(calls);
    }

    void live() {
        left.set(Integer.MAX_VALUE);
    }

    /** Each call {@code step.verb} throws this. */
    void fail(String call, Throwable fault) {
        faults.put(call, fault);
    }

    void heal() {
        faults.clear();
    }

    List<String> calls() {
        return List.copyOf(calls);
    }

    long count(String call) {
        return calls().stream().filter(call::equals).count();
    }

    /** Which switches are on. */
    Set<String> on() {
        Set<String> on = new TreeSet<>(switches.keySet());
        on.removeIf(name -> !"on".equals(switches.get(name)));
        return on;
    }

    /** Whatever may end the process. */
    void moment(String call) {
        if (left.getAndDecrement() <= 0) {
            throw new Killed();
        }
        calls.add(call);
        Throwable fault = faults.get(call);
        if (fault != null) {
            World.<RuntimeException>sneak(fault);
        }
    }

    /** As code in another language, or generated code, throws what it does not declare. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> void sneak(Throwable fault) throws E {
        throw (E) fault;
    }

    Step<Switched> step(String name) {
        return new Step<>() {
            @Override
            public Class<Switched> recordType() {
                return Switched.class;
            }

            @Override
            public Check check(StepContext context) {
                moment(name + ".check");
                return Check.GO;
            }

            @Override
            public Switched act(StepContext context) {
                moment(name + ".act");
                String before = switches.getOrDefault(name, "off");
                switches.put(name, "on");
                moment(name + ".acted");
                return new Switched(before);
            }

            @Override
            public void verify(StepContext context, Switched record) {
                moment(name + ".verify");
                if (!"on".equals(switches.get(name))) {
                    throw new UnsafeToProceedException(name + " is not on.");
                }
            }

            @Override
            public void undo(StepContext context, Optional<Switched> record) {
                moment(name + ".undo");
                switches.put(name, "off");
                moment(name + ".undone");
            }
        };
    }

    static SiteUnreachableException unreachable() {
        return new SiteUnreachableException("It does not answer.");
    }

    static UnsafeToProceedException refused() {
        return new UnsafeToProceedException("A person decides.");
    }

    static OutcomeUnknownException unknown() {
        return new OutcomeUnknownException("No answer.", null);
    }
}
