from datetime import datetime, UTC
import time
from flask import Flask
import pytest
from review_app.extensions import db as database
from review_app.models import Report, Finding, LastingItem
from sqlalchemy import select, text
from seeds import demo
from tests.browser import Browser
PW={l["key"]:(l["email"],l.get("password")) for l in demo.read_data("people")}

@pytest.mark.parametrize("now",[datetime(2028,3,1,0,0,5,tzinfo=UTC), datetime.now(UTC)])
def test_x(app: Flask, now, new_client):
    t=time.time()
    with app.app_context():
        demo.build_world(now); 
        print("BUILT", time.time()-t)
        print(database.session.execute(text("select count(*), sum((done_at is null)::int) from dispatch")).all())
        print(database.session.execute(text("select e.fact, n.status, count(*) from notice n join entry e on e.id=n.entry_id where channel='mail' group by 1,2 order by 2,1")).all())
        print(database.session.execute(text("select r.id, p.code, c.slug, r.state, f.rule, f.severity, f.question, count(*) from finding f join report r on r.id=f.report_id join party p on p.code=r.party_code join cycle c on c.id=r.cycle_id group by 1,2,3,4,5,6,7 order by 1")).all())
        print(database.session.execute(text("select message from finding limit 3")).all())
        database.session.remove()
    if now.year==2028: return
    b=new_client()
    p=b.get("/en/"); print(p.text[:3000])
    for l in [str(a.get("href")) for a in p.soup.find_all("a")]:
        print(l)
    print(b.get("/en/published/peru-qpr-2020").text[:3500])
    print(b.get("/en/published/chile-monitoring-trial-chile-crece-contigo").text[:5000])
    for key,(email,pw) in PW.items():
        if not pw: continue
        b=new_client()
        b.get("/en/sign-in").fill({"email": email, "password": pw}).press("Sign in")
        seen=set(); todo=[b.page.url]
        while todo:
            u=todo.pop()
            if u in seen or len(seen)>80: continue
            seen.add(u)
            try: p=b.get(u)
            except AssertionError as e: print("FAULT",key,str(e)[:600]); continue
            if not p.is_html: continue
            for a in p.soup.find_all("a", href=True):
                h=str(a["href"]).split("#")[0]
                if h.startswith("/en/") and not h.startswith("/en/published"): todo.append(h)
        print(key, len(seen), sorted(seen)[:200] if key in("admin","jonas","aminata") else "")
    with open("/tmp/work/g_pages.txt","w") as f:
        b=new_client(); b.get("/en/sign-in").fill({"email": PW["aminata"][0], "password": PW["aminata"][1]}).press("Sign in"); f.write(b.page.text+"\n\n")
