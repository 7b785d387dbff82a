package io.drkit.ssh;

import com.jcraft.jsch.AgentIdentityRepository;
import com.jcraft.jsch.AgentProxyException;
import com.jcraft.jsch.Identity;
import com.jcraft.jsch.IdentityRepository;
import com.jcraft.jsch.JSch;
import com.jcraft.jsch.JSchException;
import com.jcraft.jsch.SSHAgentConnector;
import java.util.Arrays;
import java.util.Vector;

/** Key files first, then what an agent holds. jsch's own way to have both would put the keys of files into the agent. */
final class Identities implements IdentityRepository {

    private final IdentityRepository files;
    private final IdentityRepository agent;

    private Identities(IdentityRepository files, IdentityRepository agent) {
        this.files = files;
        this.agent = agent;
    }

    /** @throws IllegalArgumentException when a key cannot be read, or an agent not be asked */
    static IdentityRepository of(JSch jsch, SshConnection to) {
        for (SshConnection.Key key : to.keys()) {
            add(jsch, key);
        }
        if (to.agent() == null) {
            return jsch.getIdentityRepository();
        }
        try {
            return new Identities(
                    jsch.getIdentityRepository(), new AgentIdentityRepository(new SSHAgentConnector(to.agent())));
        } catch (AgentProxyException e) {
            throw new IllegalArgumentException("The SSH agent at " + to.agent() + " cannot be asked.", e);
        }
    }

    private static void add(JSch jsch, SshConnection.Key key) {
        byte[] passphrase = key.passphrase() == null ? null : Secrets.ask(key.passphrase(), "");
        try {
            jsch.addIdentity(key.file().toString(), passphrase);
            boolean locked = jsch.getIdentityRepository().getIdentities().stream()
                    .anyMatch(identity -> identity.getName().equals(key.file().toString()) && identity.isEncrypted());
            if (locked) {
                throw new IllegalArgumentException("The SSH key " + key.file() + " is encrypted, and "
                        + (passphrase == null ? "no passphrase was given." : "the passphrase does not open it."));
            }
        } catch (JSchException e) {
            throw new IllegalArgumentException(
                    "The SSH key " + key.file()
                            + (passphrase == null
                                    ? " is none that can be read."
                                    : " is none that can be read, or the passphrase does not open it."),
                    e);
        } finally {
            if (passphrase != null) {
                Arrays.fill(passphrase, (byte) 0);
            }
        }
    }

    @Override
    public String getName() {
        return "files and agent";
    }

    @Override
    public int getStatus() {
        return RUNNING;
    }

    @Override
    public Vector<Identity> getIdentities() {
        Vector<Identity> all = new Vector<>(files.getIdentities());
        all.addAll(agent.getIdentities());
        return all;
    }

    @Override
    public boolean add(byte[] identity) {
        return false;
    }

    @Override
    public boolean remove(byte[] blob) {
        return false;
    }

    @Override
    public void removeAll() {
        // They are not ours.
    }
}
