/**
 * Looking from outside: what authoritative servers and resolvers say of a name ({@link io.drkit.dns.proof.ServerVantage}), and whether an address
 * answers for it ({@link io.drkit.dns.proof.AddressCheck}).
 */
@NullMarked
package io.drkit.dns.proof;

import org.jspecify.annotations.NullMarked;
