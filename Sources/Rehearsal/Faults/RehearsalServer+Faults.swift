extension RehearsalServer {
    /// Lets `fault` happen from now on. A refusal of connections is in force when this returns.
    public func plan(_ fault: Fault) async {
        precondition(fault.impossibility == nil, fault.impossibility ?? "")
        if case .certificate = fault.kind { precondition(conditions.identities != nil, "certificates are shown over TLS alone") }
        guard case .refused(let milliseconds) = fault.kind else { return conditions.faults.add(fault) }
        conditions.faults.note(fault)
        await ports[fault.service]?.leave(forMilliseconds: milliseconds)
    }

    /// All is well again: nothing more is planned, and every port is listened at. What is under way goes on as it began.
    public func clearFaults() async {
        conditions.faults.clear()
        for port in ports.values { await port.comeBack() }
    }
}
