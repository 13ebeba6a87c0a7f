def goals(p): pass
def predict_order(): pass
def predict_updates(): pass
