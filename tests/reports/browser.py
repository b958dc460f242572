#!/usr/bin/env python3
"""The page in a browser: headless Chromium, driven by its driver.

usage: browser.py page BIG_PAGE CLUSRACE DLL
           what people do with it, and how large it may grow; on made pages, and on that of a DLL that fails
       browser.py axe BIG_PAGE CLUSRACE DLL AXE
           accessibility of the same; ends with 77 (skipped) when the file AXE is missing
       browser.py shots FILE.html DIR   pictures at two sizes, light and dark, to be looked at
"""
import json
import os
import subprocess
import sys
import tempfile

from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.common.exceptions import TimeoutException
from selenium.webdriver.support.ui import WebDriverWait

WIDE, NARROW = (1280, 900), (390, 844)
failures = []


def check(name, good, seen=""):
    if not good:
        failures.append(name)
        print(f"FAILED: {name} {seen}")


def start():
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    driver = webdriver.Chrome(service=Service("/usr/bin/chromedriver"), options=options)
    driver.set_script_timeout(240)
    return driver


class Page:
    """One page, opened at a size and in a colour scheme."""

    def __init__(self, driver, path, size=WIDE, dark=False):
        self.driver = driver
        driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride",
                               {"width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size[0] < 500})
        self.media(dark)
        driver.get(f"file://{path}")

    def media(self, dark=False, kind=""):
        features = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": kind, "features": features})

    def js(self, script, *args):
        return self.driver.execute_script(f"return {script}", *args)

    def comes(self, script, *args):
        """Does that become true? How long it may take is of no interest here."""
        try:
            return bool(WebDriverWait(self.driver, 120, poll_frequency=0.05).until(lambda _: self.js(script, *args)))
        except TimeoutException:
            return False

    def text(self, selector):
        return self.js("document.querySelector(arguments[0])?.textContent ?? ''", selector)

    def count(self, selector="*"):
        return self.js("document.querySelectorAll(arguments[0]).length", selector)

    def press(self, *keys):
        for key in keys:
            self.driver.switch_to.active_element.send_keys(key)

    def find(self, selector):
        return self.driver.find_element(By.CSS_SELECTOR, selector)

    def click(self, selector):
        self.js("document.querySelector(arguments[0]).scrollIntoView({block: 'center'})", selector)
        self.find(selector).click()

    def step(self):
        return self.text("#step-title")

    def errors(self):
        return [entry["message"] for entry in self.driver.get_log("browser") if entry["level"] == "SEVERE"]


def make_page(program, folder, name, *numbers):
    path = os.path.join(folder, name)
    with open(path, "wb") as out:
        subprocess.run([program, *map(str, numbers)], stdout=out, check=True)
    return path


def make_real(clusrace, dll, folder):
    """The page of a DLL that does not conform."""
    path = os.path.join(folder, "real.html")
    done = subprocess.run([clusrace, "conform", "--dll", dll, "--scenario", "hunt-life", "--schedules", "300", "--out",
                           os.path.join(folder, "traces"), "--html", path], stdout=subprocess.DEVNULL, check=False)
    check("the DLL does not conform", done.returncode == 10, done.returncode)
    return path


def test_steps(driver, path):
    page = Page(driver, path)
    total = int(page.step().split(" of ")[1])
    at = int(page.step().split()[1])
    check("it opens at the step that decides", page.count(".chart .broken") == 1 and page.count(".broken strong") == 1)
    page.click(".moves button[aria-label='Step back']")
    check("a step back", page.step() == f"Step {at - 1} of {total}", page.step())
    page.click(".moves button[aria-label='Step on']")
    check("a step on", page.step() == f"Step {at} of {total}", page.step())
    page.click(".moves button[aria-label='First step']")
    check("the beginning", page.step().startswith("The beginning"), page.step())
    page.click(".moves button[aria-label='Last step']")
    check("the end", page.step() == f"Step {total} of {total}", page.step())
    page.js("(s => { s.value = 3; s.dispatchEvent(new Event('input')); })(document.querySelector('.stepper input'))")
    check("the slider", page.step() == f"Step 3 of {total}", page.step())
    changes = page.js("Array.from({length: 40}, () => { document.querySelector(arguments[0]).click(); "
                      "return document.querySelectorAll('.states td ins').length; }).filter(n => n > 0).length", ".moves button[aria-label='Step on']")
    check("what changed is marked", 0 < changes < 40, changes)
    told = page.js("[...document.querySelectorAll('.sources li')].map(e => e.textContent)")
    check("what the short names of sources stand for", told and all(": " in text and len(text) > 12 for text in told), told)
    check("every actor has a state", page.count(".states tbody tr") == page.count(".chart-head rect"))
    page.click(".chart .row:nth-of-type(1) .hit")
    check("a click on a step", page.step().startswith("Step "), page.step())
    check("a neighbour that parts", page.count(".side") == 2 and page.count(".side .apart") > 0)
    check("nothing went wrong", page.errors() == [], page.errors())


def test_keys(driver, path):
    page = Page(driver, path)
    total = int(page.step().split(" of ")[1])
    page.press("d")
    at = int(page.step().split()[1])
    page.press(Keys.ARROW_RIGHT)
    check("right", page.step() == f"Step {at + 1} of {total}", page.step())
    page.press(Keys.ARROW_LEFT, Keys.ARROW_LEFT)
    check("left", page.step() == f"Step {at - 1} of {total}", page.step())
    page.press(Keys.HOME)
    check("home", page.step().startswith("The beginning"), page.step())
    page.press(Keys.END)
    check("end", page.step() == f"Step {total} of {total}", page.step())
    first = page.text("#item-0 .id")
    page.press("j")
    check("j", page.js("document.querySelector('.item.chosen').id") == "item-1")
    page.press("k")
    check("k", page.text("#finding-title .id") == first)
    page.press("/")
    check("slash goes to the filter", page.js("document.activeElement.id") == "clause-filter")
    page.press("d", "t")
    check("what is typed is text", page.js("document.activeElement.value") == "dt")
    page.press(Keys.ESCAPE)
    check("escape leaves it", page.js("document.activeElement.tagName") == "BODY")
    theme = page.text("#theme")
    page.press("t")
    check("t", page.text("#theme") != theme)
    page.click("#keys-on")
    page.js("document.activeElement.blur()")
    theme = page.text("#theme")
    page.press("t")
    check("keys can be switched off", page.text("#theme") == theme)
    page.js("localStorage.clear()")


def test_filters(driver, path):
    page = Page(driver, path)
    rows = lambda: page.js("[...document.querySelectorAll('.clauses tbody tr')].length")
    broken = page.js("JSON.parse(document.getElementById('data').textContent).findings[0].row")
    page.find("#clause-filter").send_keys(broken)
    check("the filter of clauses leaves one", 1 <= rows() <= 3 and broken in page.text(".clauses tbody"), rows())
    page.find("#clause-filter").clear()
    page.js("(s => { s.value = 'violated'; s.dispatchEvent(new Event('change')); })(document.querySelector('#clause-verdict'))")
    violated = rows()
    check("violated only", 0 < violated < 200 and page.count(".clauses tbody tr td .violated") >= violated, violated)
    page.js("(s => { s.value = ''; s.dispatchEvent(new Event('change')); })(document.querySelector('#clause-verdict'))")
    page.find("#clause-filter").clear()
    page.find("#clause-filter").send_keys(Keys.BACKSPACE)
    check("all of them", rows() == page.js("JSON.parse(document.getElementById('data').textContent).clauses.length"), rows())
    page.find("#finding-filter").send_keys(broken)
    few = page.text("#findings .aside > .small")
    check("the filter of findings", few.split(" of ")[0] != few.split(" of ")[1].split()[0], few)
    page.find("#finding-filter").send_keys(" no such text")
    check("nothing left", "No finding matches" in page.text(".finding"))
    check("nothing went wrong", page.errors() == [], page.errors())


def test_copy(driver, path):
    page = Page(driver, path)
    page.js("(Object.defineProperty(navigator, 'clipboard', {value: {writeText: t => { window.copied = t; return Promise.resolve(); }}}), 0)")
    # The button says so for a while only, which a busy machine may miss: so every text that it has is kept.
    page.js("(b => { window.said = []; new MutationObserver(() => window.said.push(b.textContent))"
            ".observe(b, {childList: true, characterData: true, subtree: true}); b.click(); })"
            "(document.querySelector('.trace-box .copy'))")
    check("the button says so", page.comes("window.said.includes('Copied')"), page.js("window.said"))
    check("and has its name again", page.comes("window.said.at(-1) === 'Copy the trace'"), page.js("window.said"))
    page.click(".trace-box summary")
    check("the trace is shown", page.comes("document.querySelector('.trace')?.textContent.length > 0"))
    copied = page.js("window.copied") or ""
    check("the trace is copied", copied.startswith("clusrace-trace 1\n") and "\nverdict violates " in copied, copied[:80])
    check("as it is shown", copied == page.text(".trace"))
    page.press("r")
    check("the command is copied", page.comes("window.copied !== arguments[0]", copied) and page.js("window.copied") == "clusrace replay 'traces/<b>.trace' && true")


def test_themes_and_paper(driver, path):
    page = Page(driver, path)
    ground = lambda: page.js("getComputedStyle(document.body).backgroundColor")
    light = ground()
    page.media(dark=True)
    dark = ground()
    check("dark as the system has it", dark != light, dark)
    page.click("#theme")  # auto -> light
    check("light though the system is dark", ground() == light, ground())
    page.click("#theme")
    check("dark", ground() == dark, ground())
    page.click("#theme")
    page.js("window.dispatchEvent(new Event('beforeprint'))")
    page.media(dark=True, kind="print")
    check("paper is white", ground() == "rgb(255, 255, 255)", ground())
    check("what is printed", page.count("#paper .piece") > 0 and page.js("getComputedStyle(document.querySelector('.bar')).display") == "none")
    page.js("window.dispatchEvent(new Event('afterprint'))")
    check("nothing is left of it", page.count("#paper *") == 0)
    page.media()
    paper = driver.execute_cdp_cmd("Page.printToPDF", {"printBackground": True})["data"]
    check("it prints", len(paper) > 20000, len(paper))


def test_narrow(driver, path):
    page = Page(driver, path, NARROW)
    check("no wider than a telephone", page.js("document.documentElement.scrollWidth") <= NARROW[0],
          page.js("document.documentElement.scrollWidth"))
    check("the title says the verdict", "finding" in page.text("h1"))
    check("nothing of it is markup", page.js("document.title") != "broken" and page.count("main b, main i") == 0)
    check("a picture", page.count(".picture svg text") == 1 and page.count("svg [id]") == 0)
    check("nothing is fetched", page.js("performance.getEntriesByType('resource').length") == 0)


def test_real(driver, path):
    page = Page(driver, path, NARROW)
    facts = page.text(".facts")
    check("what was run and covered stands at the top", all(name in facts for name in ("Runs", "Scenario", "Covered of the model")), facts)
    check("pictures can be read on a telephone", page.js("Math.max(...[...document.querySelectorAll('.picture svg')]"
          ".map(s => s.getBoundingClientRect().width))") > 2 * NARROW[0] and page.js("document.documentElement.scrollWidth") <= NARROW[0])


def test_large(driver, program, folder):
    page = Page(driver, make_page(program, folder, "many.html", 10000, 60, 3))
    check("10,000 findings", page.text("#findings-title") == "10,000 findings", page.text("#findings-title"))
    check("a small document", page.count() < 8000, page.count())
    page.js("document.querySelector('.list').scrollTo(0, 1e9)")
    check("the last of the list", page.comes("document.querySelector('#item-9999') !== null"))
    page.click("#item-9999")
    check("it opens", page.js("document.querySelector('.item.chosen').id") == "item-9999" and page.count(".chart .row") > 0)
    check("still small", page.count() < 8000, page.count())
    page = Page(driver, make_page(program, folder, "long.html", 1, 2000))
    check("2,000 steps", page.step() == "Step 1500 of 2000", page.step())
    check("of which few are drawn", 0 < page.count(".chart .row") < 120, page.count(".chart .row"))
    page.press(Keys.END)
    check("to the end", page.step() == "Step 2000 of 2000" and page.count(".chart .row[data-step='2000']") == 1)
    check("in a small document", page.count() < 8000, page.count())
    check("nothing went wrong", page.errors() == [], page.errors())


def run_page(program, clusrace, dll):
    with tempfile.TemporaryDirectory() as folder:
        path = make_page(program, folder, "page.html", 20, 60)
        with open(path, "rb") as one, open(make_page(program, folder, "again.html", 20, 60), "rb") as two:
            check("two runs give the same bytes", one.read() == two.read())
        driver = start()
        try:
            for test in (test_steps, test_keys, test_filters, test_copy, test_themes_and_paper, test_narrow):
                test(driver, path)
            real = make_real(clusrace, dll, folder)
            test_steps(driver, real)
            test_real(driver, real)
            test_large(driver, program, folder)
        finally:
            driver.quit()


def run_axe(program, clusrace, dll, axe):
    if not os.path.exists(axe):
        print(f"{axe} is missing: npm could not fetch it")
        sys.exit(77)
    with open(axe, encoding="utf-8") as script:
        source = script.read()
    with tempfile.TemporaryDirectory() as folder:
        pages = [make_page(program, folder, f"{numbers[0]}.html", *numbers) for numbers in ((1, 60), (40, 60, 3), (0, 60))]
        pages.append(make_real(clusrace, dll, folder))
        driver = start()
        try:
            for path in pages:
                all_looks = path.endswith(("40.html", "real.html"))
                for size, dark in ((WIDE, False), (WIDE, True), (NARROW, False))[: 3 if all_looks else 1]:
                    page = Page(driver, path, size, dark)
                    driver.execute_script(source)
                    found = driver.execute_async_script(
                        "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice']})"
                        ".then(r => arguments[0](r.violations.map(v => [v.id, v.nodes.slice(0, 3).map(n => n.html + ' ' + n.failureSummary)])))")
                    check(f"axe on {os.path.basename(path)}, {size[0]} wide, {'dark' if dark else 'light'}", found == [], json.dumps(found, indent=1))
        finally:
            driver.quit()


def shoot(path, folder):
    os.makedirs(folder, exist_ok=True)
    driver = start()
    try:
        for size in (WIDE, NARROW):
            for dark in (False, True):
                page = Page(driver, os.path.abspath(path), size, dark)
                for place in (".hero", "#findings", ".stage", "#clauses", "#coverage"):
                    page.js("document.querySelector(arguments[0])?.scrollIntoView()", place)
                    name = f"{size[0]}-{'dark' if dark else 'light'}-{place.strip('.#')}.png"
                    driver.save_screenshot(os.path.join(folder, name))
    finally:
        driver.quit()


def main(args):
    if len(args) == 4 and args[0] == "page":
        run_page(*args[1:])
    elif len(args) == 5 and args[0] == "axe":
        run_axe(*args[1:])
    elif len(args) == 3 and args[0] == "shots":
        shoot(args[1], args[2])
    else:
        print(__doc__)
        return 2
    print(f"{len(failures)} failed")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
