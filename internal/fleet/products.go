package fleet

import seamark "github.com/seamark-hq/seamark"

// A product of the company and how it is built.
type product struct {
	name, team string
	account    Account // in production
	region     string
	weight     float64 // share of the requests
	api        api
	functions  []function
}

type api struct {
	name   string
	rest   bool // REST API, else HTTP API: their access-log formats differ
	routes []route
}

// A route of an API, the function behind it, and one that is invoked afterwards.
type route struct {
	method, path string // {name} in the path is a field of the journey
	status       int    // when all is well
	function     string
	after        string
	weight       uint64
	medianMs     float64
}

// style is how a function writes its own lines.
type style uint8

const (
	agreed     style = iota // Seamark's agreed format
	lambdaJSON              // Lambda's JSON log format
	powertools              // Powertools for AWS Lambda (Python)
	pythonText              // [LEVEL]<tab>time<tab>request id<tab>text
	nodeText                // time<tab>request id<tab>LEVEL<tab>text
	keyValue                // words and key=[value] pairs
	logfmt                  // key=value pairs
	plain                   // words only
)

type function struct {
	name     string
	runtime  string
	memoryMB int
	style    style
	jsonLog  bool // the platform's own lines are JSON too
	steps    []step
}

// A step is a line that a function writes while it works.
type step struct {
	perMille uint64 // how often
	level    string
	event    string // name of the business event
	fields   []field
	style    style  // when not the function's own
	foreign  bool   // style counts
	rare     uint64 // instead of perMille: one in so many requests, evenly spread
	trace    bool   // a stack trace follows
}

const (
	info, warn, fault, debug = seamark.LevelInfo, seamark.LevelWarn, seamark.LevelError, seamark.LevelDebug
	python, node, java       = "python:3.13.v62", "nodejs:22.v48", "java:21.v36"
)

// products is the company's catalogue. Rare errors stay under two a minute and component at the
// default rate, so that only the scripted incident raises an alarm.
var products = []product{
	{
		name: "booking", team: "web-mobile", account: commercial, region: "eu-central-1", weight: 30,
		api: api{name: "booking-api", rest: true, routes: []route{
			{"POST", "/bookings", 201, "booking-create", "", 30, 95},
			{"GET", "/bookings/{bookingId}", 200, "booking-query", "", 50, 38},
			{"POST", "/bookings/{bookingId}/confirm", 200, "booking-query", "booking-confirmation", 20, 120},
		}},
		functions: []function{
			{name: "booking-create", runtime: node, memoryMB: 512, style: agreed, steps: []step{
				{perMille: 1000, level: info, event: "Booking started", fields: []field{bookingID, portPair, teu, userID, sourceIP}},
				{perMille: 900, level: info, event: "Booking stored", fields: []field{bookingID, vessel, voyage, amount, currency}},
				{perMille: 15, level: warn, event: "Credit limit nearly reached", fields: []field{userID, amount, currency}},
			}},
			{name: "booking-query", runtime: node, memoryMB: 256, style: agreed, steps: []step{
				{perMille: 700, level: info, event: "Booking shown", fields: []field{bookingID, userID}},
				{perMille: 200, level: debug, event: "Cache missed", fields: []field{bookingID, took}},
			}},
			{name: "booking-confirmation", runtime: python, memoryMB: 256, style: agreed, steps: []step{
				{perMille: 1000, level: info, event: "Booking confirmed", fields: []field{bookingID, userID, sourceIP}},
				{perMille: 1000, level: info, event: "Booking completed", fields: []field{bookingID, portPair, teu, vessel, voyage}},
			}},
			{name: "booking-authorizer", runtime: python, memoryMB: 128, style: agreed, steps: []step{
				{perMille: 600, level: debug, event: "Session found", fields: []field{userID, sourceIP}},
			}},
		},
	},
	{
		name: "schedules", team: "routing", account: commercial, region: "eu-central-1", weight: 20,
		api: api{name: "schedules-api", routes: []route{
			{"GET", "/schedules", 200, "schedules-search", "", 85, 60},
			{"GET", "/schedules/{voyage}", 200, "schedules-search", "schedules-sync", 15, 45},
		}},
		functions: []function{
			{name: "schedules-search", runtime: node, memoryMB: 1024, style: lambdaJSON, jsonLog: true, steps: []step{
				{perMille: 1000, level: info, event: "Schedules searched", fields: []field{portPair, hits, took}},
				{perMille: 10, level: warn, event: "Carrier answered slowly", fields: []field{carrier, took}},
			}},
			{name: "schedules-sync", runtime: java, memoryMB: 1024, style: logfmt, steps: []step{
				{perMille: 1000, level: info, event: "Schedule refreshed", fields: []field{carrier, voyage, vessel, hits}},
				{perMille: 300, level: info, event: "Cut-off moved", fields: []field{voyage, portPair}, style: plain, foreign: true},
			}},
		},
	},
	{
		name: "tracking", team: "visibility", account: operations, region: "ap-southeast-1", weight: 25,
		api: api{name: "tracking-api", routes: []route{
			{"GET", "/containers/{container}/events", 200, "tracking-query", "", 80, 30},
			{"POST", "/positions", 202, "tracking-ingest", "", 20, 18},
		}},
		functions: []function{
			{name: "tracking-query", runtime: python, memoryMB: 512, style: powertools, jsonLog: true, steps: []step{
				{perMille: 1000, level: info, event: "Container tracked", fields: []field{container, portPair, vessel}},
				{perMille: 12, level: warn, event: "Position is older than two hours", fields: []field{container, vessel}},
			}},
			{name: "tracking-ingest", runtime: node, memoryMB: 256, style: keyValue, steps: []step{
				{perMille: 1000, level: info, event: "Position received", fields: []field{container, vessel, port}},
				{rare: 600, level: fault, event: "Carrier feed rejected", fields: []field{carrier, container}, style: nodeText, foreign: true},
			}},
		},
	},
	{
		name: "invoicing", team: "finance", account: commercial, region: "eu-central-1", weight: 8,
		api: api{name: "invoicing-api", rest: true, routes: []route{
			{"POST", "/invoices", 201, "invoice-create", "invoice-render", 40, 140},
			{"GET", "/invoices/{invoiceId}", 200, "invoice-create", "", 60, 40},
		}},
		functions: []function{
			{name: "invoice-create", runtime: node, memoryMB: 512, style: agreed, steps: []step{
				{perMille: 1000, level: info, event: "Invoice issued", fields: []field{invoiceID, bookingID, amount, currency}},
			}},
			{name: "invoice-render", runtime: python, memoryMB: 2048, style: pythonText, steps: []step{
				{perMille: 1000, level: info, event: "Invoice rendered", fields: []field{invoiceID, took}},
				{perMille: 20, level: warn, event: "Font replaced", fields: []field{invoiceID}},
			}},
		},
	},
	{
		name: "customs", team: "compliance", account: operations, region: "eu-central-1", weight: 7,
		api: api{name: "customs-api", rest: true, routes: []route{
			{"POST", "/declarations", 201, "customs-declare", "customs-check", 70, 210},
			{"GET", "/declarations/{bookingId}", 200, "customs-declare", "", 30, 50},
		}},
		functions: []function{
			{name: "customs-declare", runtime: java, memoryMB: 1024, style: keyValue, steps: []step{
				{perMille: 1000, level: info, event: "Declaration filed", fields: []field{bookingID, container, port}},
			}},
			{name: "customs-check", runtime: python, memoryMB: 512, style: pythonText, steps: []step{
				{perMille: 1000, level: info, event: "Declaration checked", fields: []field{bookingID, hits, took}},
				{rare: 300, level: fault, event: "Tariff code unknown", fields: []field{bookingID}, trace: true},
			}},
		},
	},
	{
		name: "notifications", team: "platform", account: operations, region: "eu-central-1", weight: 10,
		api: api{name: "notifications-api", routes: []route{
			{"POST", "/notifications", 202, "notify-dispatch", "notify-email", 100, 22},
		}},
		functions: []function{
			{name: "notify-dispatch", runtime: node, memoryMB: 256, style: agreed, steps: []step{
				{perMille: 1000, level: info, event: "Notification queued", fields: []field{userID, bookingID}},
			}},
			{name: "notify-email", runtime: node, memoryMB: 256, style: nodeText, steps: []step{
				{perMille: 1000, level: info, event: "E-mail sent", fields: []field{userID, took}},
				{perMille: 8, level: warn, event: "Mailbox is full, will try again", fields: []field{userID}},
				{perMille: 50, level: info, event: "template cache warmed", style: plain, foreign: true},
			}},
		},
	},
}
