// Package forecast is the model of predictive scaling: it forecasts hourly load
// from its history and says what capacity the load needs.
//
// AWS documents what goes in and what comes out, not the model: from 24 hours
// to 14 days of hourly load, a forecast of the next 48 hours (Application Auto
// Scaling User Guide: how predictive scaling works). The model here is our own,
// closed in form and deterministic. Three experts each forecast every hour:
//
//   - daily: the same hour of the days before, recent days counting more;
//   - weekly: the same hour of the weeks before, recent weeks counting more;
//   - profile: the mean day of the history, times how the weekday's total
//     differs from the mean day's.
//
// Each expert's forecast is moved towards the level that the last day had
// compared with what the expert forecasts of that day; the correction is damped
// and fades with the horizon, so that one unusual day does not carry on for
// ever. The experts are then combined with weights that fall with the squared
// error each had when it forecast the last days from what was known before them.
// One that there is too little history to test is trusted as if only the noise
// of the history made it wrong; one that knows nothing has no weight.
package forecast
