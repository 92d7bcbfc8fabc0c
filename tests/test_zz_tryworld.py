import time
def test_try(db):
    from tests.world import make_world
    s=time.time(); w=make_world(); print(time.time()-s); print(w.places['CL','published'], w.cycles, w.pages, w.publication)
    from review_app.queries.invariants import broken
    print(broken())
