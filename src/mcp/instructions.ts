/** What a model is told of all tools together, before it uses one: what there is, in what order, and where to look. */
export const INSTRUCTIONS = `ln-play runs a whole Lightning network on regtest on this machine: bitcoind, and Lightning nodes that answer as Core Lightning does. Each tool is a command of ln-play; its arguments and options have the same names. The coins are worth nothing: fund, open, mine and break things as you like.

To set up a network:
- up starts bitcoind and nodes (l1, l2, … unless named): with topology "line:3", "ring:5", "star:6", "mesh:4" or "random:20" it opens funded channels, too; with a network file it makes what the file says. It waits until all is ready.
- status shows daemons, block heights, channels with balances, and what goes on in the background. Look at it first, and after each change.
- fund, connect, open, invoice, pay, mine, close do one thing each, and wait until it is done. open funds the channel from the node's own coins: fund it first.
- cli calls any RPC method of a node: node "l1", method "listinvoices", params ["label=shoes"]. man says what a method takes.
- Amounts: 1000sat, 0.01btc, 5000msat. Feerates: 1000perkw.

To reproduce a failed payment: up with topology "line:3"; invoice on l3; then take something away (crash l2, link with down, partition, freeze), or move the money to the wrong side (pay until a channel is empty), or ask for more than there is; then pay on l1. The error names what happened, and to whom.

To explain a failure:
1. cli on the payer: listsendpays and listpays. erring_index counts the hops, erring_channel and failcodename (BOLT #4) say where and why.
2. cli on each node along the way: listforwards (status, failreason), listpeerchannels (state, spendable_msat, receivable_msat, htlcs).
3. status: is a node dead or frozen, a link down, a partition? logs of the node named there.

snapshot save before an experiment, snapshot restore (with yes) after it. heal with all takes back all faults. down stops and keeps everything; destroy (with yes) removes it.

A tool that fails says why, and what to do next after "hint:".`;
