-- Approvals, newest first, each with those who agreed in the order they did: of one number, in one
-- state, or all below a number.
select
    approval.id,
    approval.act,
    approval.ground_state,
    approval.ground_since,
    approval.reason,
    approval.impact,
    approval.requested_by,
    approval.requested_at,
    approval.expires_at,
    approval.state,
    approval.settled_by,
    approval.settled_at,
    approval.settled_why,
    approval.epoch,
    array(
        select administrator.name
        from approval_vote
        join administrator on administrator.id = approval_vote.administrator_id
        where approval_vote.approval_id = approval.id
        order by approval_vote.at, approval_vote.administrator_id
    ) as "agreed_by!"
from approval
where ($1::bigint is null or approval.id = $1)
and ($2::text is null or approval.state = $2)
order by approval.id desc
limit $3
