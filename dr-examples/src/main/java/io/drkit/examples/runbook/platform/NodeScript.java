package io.drkit.examples.runbook.platform;

/**
 * The user's own part of a runbook: a shell script on a control-plane node. It is run again when it is not known to have ended, so it must stand that.
 *
 * @param command for {@code sh -c}; gets the runbook's name as {@code $1}. Never a secret: it stands in the node's list of processes
 */
public record NodeScript(ControlPlane.Node node, String command) {

    @Override
    public String toString() {
        return "script on " + node;
    }
}
