package io.drkit.simulation;

import io.drkit.simulation.World.Running;
import io.drkit.testkit.InMemoryKeyStore;
import java.util.List;

/** What happens to the mirrors themselves, to their links, and to the space that a standby has. */
final class Outages {

    private final World world;

    Outages(World world) {
        this.world = world;
    }

    void endOne() {
        List<Running> living = world.living();
        if (living.isEmpty()) {
            world.startMirror();
        } else {
            Running running = living.get(world.dice.below(living.size()));
            if (world.dice.chance(700)) {
                world.crash(running);
                world.tell(running.actor().name + " is killed");
            } else {
                running.mirror().stop();
                world.tell(running.actor().name + " is stopped");
            }
        }
    }

    void cutOrHeal() {
        for (Running running : world.living()) {
            Link link = world.dice.chance(500) ? running.from() : running.to();
            if (link.isDown()) {
                link.heal();
                world.tell("the link between " + link.path() + " heals");
            } else {
                boolean silently = world.dice.chance(500);
                link.cut(silently);
                world.tell("the link between " + link.path() + " is cut" + (silently ? ", silently" : ""));
            }
        }
    }

    void giveSpace() {
        world.primary.store.spaceQuota(Long.MAX_VALUE);
        world.standby.store.spaceQuota(Long.MAX_VALUE);
    }

    void quota() {
        InMemoryKeyStore store = world.standby.store;
        if (store.status().outOfSpace()) {
            store.spaceQuota(Long.MAX_VALUE);
            world.tell(world.standby.name + " has space again");
        } else if (world.dice.chance(200)) {
            store.spaceQuota(1);
            world.tell(world.standby.name + " has no more space");
        }
    }
}
