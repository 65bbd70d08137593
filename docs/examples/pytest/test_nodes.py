def test_nodes_know_each_other(playground):
    l1, l2 = playground.nodes
    assert [peer["id"] for peer in l1.call("listpeers")["peers"]] == [l2.id]


def test_each_test_has_a_playground_of_its_own(playground):
    l1, _ = playground.nodes
    assert l1.call("listinvoices")["invoices"] == []
    l1.call("invoice", amount_msat=24, label="label", description="description")
    assert len(l1.call("listinvoices")["invoices"]) == 1
