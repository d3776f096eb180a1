print("linnet-rehearse")
