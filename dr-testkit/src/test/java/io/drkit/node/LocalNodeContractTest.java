package io.drkit.node;

import io.drkit.testkit.LocalNode;
import io.drkit.testkit.NodeAccessContract;

/** Core's own part of the contract, files that is, without a network. */
class LocalNodeContractTest extends NodeAccessContract {

    @Override
    protected NodeAccess open() {
        return new LocalNode("local");
    }
}
